package io.ashlar.initiator.nvme.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.ashlar.initiator.nvme.command.NvmCommands;
import io.ashlar.initiator.nvme.command.SubmissionEntry;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/// Whole PDUs against bytes written out by hand from the specification's figures.
class PduVectorTest {
  private final ByteBuffer out = ByteBuffer.allocateDirect(8192).order(ByteOrder.LITTLE_ENDIAN);
  private final PduLayout layout = new PduLayout();

  @Test
  void shouldWriteInitializeRequestAsSpecified() {
    int length = InitializeConnection.putRequest(out, 0, 31, 3, 4);

    assertThat(hex(0, 16)).isEqualTo("00008000" + "80000000" + "0000" + "1f" + "03" + "03000000");
    assertThat(hex(16, length - 16)).isEqualTo("00".repeat(112));
  }

  @Test
  void shouldWriteReadCapsuleWithoutDataAsSpecified() {
    SubmissionEntry entry = new SubmissionEntry();
    NvmCommands.read(entry, 1, 0x1122334455667788L, 8);
    entry.commandId(0x0405);
    entry.dataByTransport(0x8000);

    writeCapsule(entry, 0);

    assertThat(hex(0, 72))
        .isEqualTo(
            "04004800"
                + "48000000" // common header: hlen 72, pdo 0, plen 72
                + "02"
                + "40"
                + "0504"
                + "01000000" // Read, PSDT 01b, command, namespace
                + "00".repeat(16)
                + "0000000000000000"
                + "00800000"
                + "000000"
                + "5a" // transport SGL
                + "8877665544332211" // first block
                + "07000000" // eight blocks, 0's based
                + "00".repeat(12));
    assertThat(layout.length()).isEqualTo(72);
  }

  @Test
  void shouldPadInCapsuleDataToTheControllersAlignment() {
    layout.agree(0, 128);
    SubmissionEntry entry = new SubmissionEntry();
    NvmCommands.write(entry, 1, 0, 1);
    entry.dataInCapsule(512);

    writeCapsule(entry, 512);

    assertThat(hex(0, 8)).isEqualTo("04004880" + "80020000"); // pdo 128, plen 640
    assertThat(hex(32, 16)).isEqualTo("0000000000000000" + "00020000" + "000000" + "01");
    assertThat(hex(72, 56)).isEqualTo("00".repeat(56));
    assertThat(hex(128, 4)).isEqualTo("00010203");
  }

  @Test
  void shouldPlaceBothDigestsAsSpecified() {
    layout.agree(3, 4);
    SubmissionEntry entry = new SubmissionEntry();
    NvmCommands.write(entry, 1, 0, 1);

    writeCapsule(entry, 512);

    assertThat(hex(0, 8)).isEqualTo("0403484c" + "50020000"); // flags 3, pdo 76, plen 592
    assertThat(out.getInt(72)).isEqualTo(layout.digest(out, 0, 72));
    assertThat(out.getInt(76 + 512)).isEqualTo(layout.digest(out, 76, 512));
  }

  @Test
  void shouldLeaveOutTheDataDigestWhereThereIsNoData() {
    layout.agree(3, 4);
    writeCapsule(new SubmissionEntry(), 0);

    assertThat(hex(0, 8)).isEqualTo("04014800" + "4c000000");
  }

  @Test
  void shouldComputeCrc32cAsRfc3720Does() {
    // RFC 3720 B.4: 32 bytes of zeroes, and the digits of its check value.
    assertThat(layout.digest(out, 100, 32)).isEqualTo(0x8A9136AA);
    out.put(0, "123456789".getBytes(StandardCharsets.US_ASCII));
    assertThat(layout.digest(out, 0, 9)).isEqualTo(0xE3069283);
  }

  @Test
  void shouldWriteHostDataAsSpecified() {
    layout.arrange(DataTransfer.LENGTH, 4096);
    ByteBuffer data = ByteBuffer.allocateDirect(16384);
    data.put(8192, (byte) 0xEE);
    DataTransfer.putToController(out, 0, 0x0007 | 0xBEEF << 16, 8192, PduHeader.FLAG_LAST, layout);
    layout.finish(out, 0, data, 8192);

    assertThat(hex(0, 25))
        .isEqualTo(
            "06041818"
                + "18100000" // last, hlen 24, pdo 24, plen 4120
                + "0700"
                + "efbe"
                + "00200000"
                + "00100000"
                + "00000000"
                + "ee");
  }

  @Test
  void shouldWriteTerminateRequestAsSpecified() {
    ByteBuffer wrong = ByteBuffer.wrap(HexFormat.of().parseHex("0900180018000000"));

    int length = TerminateRequest.put(out, FatalError.DATA_OUT_OF_RANGE, 12, wrong, 0, 8);

    assertThat(hex(0, length))
        .isEqualTo(
            "02001800" + "20000000" + "0400" + "0c000000" + "00".repeat(10) + "0900180018000000");
  }

  @Test
  void shouldReadResponseCapsule() {
    load("05001800" + "18000000" + "0102030405060708" + "1100" + "0200" + "0304" + "0bc1");

    assertThat(ResponseCapsule.result(out, 0)).isEqualTo(0x0807060504030201L);
    assertThat(ResponseCapsule.commandId(out, 0)).isEqualTo(0x0403);
    // 0xC10B: phase 1, SC 85h, SCT 0, Do Not Retry and More set
    assertThat(ResponseCapsule.status(out, 0)).isEqualTo(0x6085);
  }

  @Test
  void shouldReadReadyToTransferAndInitializeResponse() {
    load("09001800" + "18000000" + "0500" + "3412" + "00100000" + "00f0ffff" + "00000000");
    assertThat(ReadyToTransfer.commandId(out, 0)).isEqualTo(5);
    assertThat(ReadyToTransfer.transferTag(out, 0)).isEqualTo(0x1234);
    assertThat(ReadyToTransfer.requestedOffset(out, 0)).isEqualTo(4096);
    assertThat(ReadyToTransfer.requestedLength(out, 0)).isEqualTo(0xFFFF_F000L);

    load("01008000" + "80000000" + "0000" + "1f" + "02" + "00000200");
    assertThat(InitializeConnection.alignment(out, 0)).isEqualTo(31);
    assertThat(InitializeConnection.digests(out, 0)).isEqualTo(2);
    assertThat(InitializeConnection.maxH2cDataBytes(out, 0)).isEqualTo(131072);
  }

  private void writeCapsule(SubmissionEntry entry, int dataLength) {
    ByteBuffer data = ByteBuffer.allocateDirect(4096);
    for (int i = 0; i < 256; i++) {
      data.put(i, (byte) i);
    }
    layout.arrange(CommandCapsule.LENGTH, dataLength);
    CommandCapsule.put(out, 0, entry.bytes(), layout);
    layout.finish(out, 0, data, 0);
  }

  private void load(String bytes) {
    out.put(0, HexFormat.of().parseHex(bytes));
  }

  private String hex(int at, int length) {
    byte[] bytes = new byte[length];
    out.get(at, bytes);
    return HexFormat.of().formatHex(bytes);
  }
}
