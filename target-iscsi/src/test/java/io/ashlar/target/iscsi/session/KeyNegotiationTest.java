package io.ashlar.target.iscsi.session;

import static org.assertj.core.api.Assertions.assertThat;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KeyNegotiationTest {
  @ParameterizedTest(name = "{0}={1} is answered {2}")
  @CsvSource(
      delimiter = ' ',
      nullValues = "-",
      value = {
        "HeaderDigest CRC32C,None CRC32C",
        "HeaderDigest None,CRC32C None",
        "DataDigest MD5,CRC32C CRC32C",
        "DataDigest MD5 Reject",
        "MaxConnections 8 1",
        "MaxConnections 0 Reject",
        "InitialR2T No No",
        "InitialR2T Yes Yes",
        "InitialR2T maybe Reject",
        "ImmediateData Yes Yes",
        "ImmediateData No No",
        "MaxRecvDataSegmentLength 262144 -",
        "MaxRecvDataSegmentLength 511 Reject",
        "MaxRecvDataSegmentLength 16777216 Reject",
        "MaxBurstLength 16776192 1048576",
        "MaxBurstLength 0x10000 65536",
        "FirstBurstLength 65536 65536",
        "FirstBurstLength -1 Reject",
        "FirstBurstLength 99999999999999999999 Reject",
        "DefaultTime2Wait 2 2",
        "DefaultTime2Retain 20 0",
        "MaxOutstandingR2T 16 1",
        "DataPDUInOrder No Yes",
        "DataSequenceInOrder Yes Yes",
        "ErrorRecoveryLevel 2 0",
        "ErrorRecoveryLevel 3 Reject",
        "IFMarker Yes No",
        "OFMarkInt 2048 Irrelevant",
        "TaskReporting ResponseFence,RFC3720 RFC3720",
        "TaskReporting FastAbort Reject",
        "IFMarker maybe Reject",
        "DataPDUInOrder maybe Reject",
        "ImmediateData maybe Reject",
        "MaxBurstLength 511 Reject",
        "DefaultTime2Wait 3601 Reject",
        "DefaultTime2Wait -1 Reject",
        "iSCSIProtocolLevel 2 1",
        "X-com.example.key 1 NotUnderstood",
      })
  void shouldAnswerAsTheStandardSays(String key, String offer, @Nullable String answer) {
    assertThat(negotiation(false).answer(key, offer)).isEqualTo(answer);
  }

  @ParameterizedTest
  @CsvSource({"InitialR2T,Yes", "MaxBurstLength,65536", "ImmediateData,Yes", "MaxConnections,1"})
  void shouldCallKeysOfNormalSessionsIrrelevantInDiscovery(String key, String offer) {
    assertThat(negotiation(true).answer(key, offer)).isEqualTo(KeyNegotiation.IRRELEVANT);
  }

  private static KeyNegotiation negotiation(boolean isDiscovery) {
    return new KeyNegotiation(SessionLimits.DEFAULT, new SessionParameters(), isDiscovery);
  }
}
