package io.ashlar.initiator.nvme.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ashlar.initiator.nvme.command.ReservationCommands.Acquisition;
import io.ashlar.initiator.nvme.command.ReservationCommands.Persistence;
import io.ashlar.initiator.nvme.command.ReservationCommands.Registration;
import io.ashlar.initiator.nvme.command.ReservationCommands.ReleaseAction;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HexFormat;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/// Submission entries and data structures against bytes written out from the specification.
class CommandVectorTest {
  private final SubmissionEntry entry = new SubmissionEntry();

  @Test
  void shouldWriteFabricsConnect() {
    FabricsCommands.connect(entry, 3, 128, 15000);

    assertThat(head()).isEqualTo("7f400000" + "01000000");
    // record format 0, queue 3, size 128 0's based, attributes 0, keep alive in ms
    assertThat(tail()).isEqualTo("00000300" + "7f000000" + "983a0000" + "00".repeat(12));
  }

  @Test
  void shouldWriteConnectDataWithTheHostIdInItsOwnByteOrder() {
    ByteBuffer data = ByteBuffer.allocate(1024).order(ByteOrder.LITTLE_ENDIAN);
    UUID host = UUID.fromString("00112233-4455-6677-8899-aabbccddeeff");

    FabricsCommands.putConnectData(data, host, 0xFFFF, "nqn.sub", "nqn.host");

    assertThat(hex(data, 0, 18)).isEqualTo("00112233445566778899aabbccddeeff" + "ffff");
    assertThat(hex(data, 256, 8)).isEqualTo("6e716e2e73756200");
    assertThat(hex(data, 512, 9)).isEqualTo("6e716e2e686f737400");
  }

  @Test
  void shouldRefuseAnNqnThatIsTooLong() {
    ByteBuffer data = ByteBuffer.allocate(1024);
    assertThatThrownBy(() ->
            FabricsCommands.putConnectData(data, new UUID(0, 0), 0, "n".repeat(224), "nqn.host"))
        .hasMessageContaining("223");
  }

  @Test
  void shouldWriteProperties() {
    FabricsCommands.propertyGet(entry, FabricsCommands.PROPERTY_CAPABILITIES);
    assertThat(head()).isEqualTo("7f400000" + "04000000");
    assertThat(tail()).isEqualTo("01000000" + "00000000" + "00".repeat(16));

    FabricsCommands.propertySet(
        entry, FabricsCommands.PROPERTY_CONFIGURATION, FabricsCommands.CONFIGURATION_ENABLE);
    assertThat(head()).isEqualTo("7f400000" + "00000000");
    assertThat(tail()).isEqualTo("00000000" + "14000000" + "01004600" + "00".repeat(12));
  }

  @Test
  void shouldSplitTheLogPagesLength() {
    AdminCommands.getLogPage(entry, AdminCommands.LOG_ANA, 0xFFFFFFFF, 0x1_0000_0000L, 0x80000);

    assertThat(head()).isEqualTo("02400000" + "ffffffff");
    // 0x20000 dwords, 0's based 0x1FFFF: lower half in dword 10, upper in dword 11
    assertThat(tail()).isEqualTo("0c00ffff" + "01000000" + "0000000001000000" + "00".repeat(8));
  }

  @Test
  void shouldWriteAdminCommands() {
    AdminCommands.setNumberOfQueues(entry, 4);
    assertThat(tail()).startsWith("07000000" + "03000300");
    AdminCommands.abort(entry, 2, 0x1234);
    assertThat(tail()).startsWith("02003412");
    AdminCommands.identify(entry, AdminCommands.CNS_NAMESPACE_DESCRIPTORS, 7);
    assertThat(head()).isEqualTo("06400000" + "07000000");
    assertThat(tail()).startsWith("03000000");
  }

  @Test
  void shouldWriteBlockCommands() {
    NvmCommands.writeZeroes(entry, 1, 16, 65536, NvmCommands.DEALLOCATE);
    assertThat(tail()).startsWith("1000000000000000" + "ffff0002");
    NvmCommands.deallocate(entry, 1, 256);
    assertThat(tail()).startsWith("ff000000" + "04000000");
    NvmCommands.copy(entry, 1, 5, 2);
    assertThat(head()).startsWith("19");
    assertThat(tail()).startsWith("0500000000000000" + "01000000");
  }

  @Test
  void shouldMarkFusedHalves() {
    NvmCommands.compare(entry, 1, 0, 1);
    entry.fuse(SubmissionEntry.FUSED_FIRST);
    assertThat(head()).startsWith("0541");
    NvmCommands.write(entry, 1, 0, 1);
    entry.fuse(SubmissionEntry.FUSED_SECOND);
    assertThat(head()).startsWith("0142");
  }

  @Test
  void shouldWriteRangeLists() {
    ByteBuffer data = ByteBuffer.allocate(64).order(ByteOrder.LITTLE_ENDIAN);
    RangeList.putDsm(data, 1, 0x10, 9);
    assertThat(hex(data, 16, 16)).isEqualTo("00000000" + "09000000" + "1000000000000000");
    RangeList.putCopy(data, 1, 0x20, 9);
    assertThat(hex(data, 32, 32))
        .isEqualTo("00".repeat(8) + "2000000000000000" + "0800" + "00".repeat(14));
  }

  @Test
  void shouldWriteReservations() {
    ReservationCommands.register(
        entry, 1, Registration.REPLACE, Persistence.KEPT_THROUGH_POWER_LOSS);
    assertThat(head()).startsWith("0d");
    assertThat(tail()).startsWith("020000c0");
    ReservationCommands.acquire(
        entry, 1, Acquisition.PREEMPT, ReservationType.EXCLUSIVE_ACCESS_REGISTRANTS_ONLY);
    assertThat(head()).startsWith("11");
    assertThat(tail()).startsWith("01040000");
    ReservationCommands.release(entry, 1, ReleaseAction.CLEAR, ReservationType.WRITE_EXCLUSIVE);
    assertThat(head()).startsWith("15");
    assertThat(tail()).startsWith("01010000");
    ReservationCommands.report(entry, 1, 4096);
    assertThat(tail()).startsWith("ff030000" + "01000000");
  }

  @Test
  void shouldReadAReservationReport() {
    ByteBuffer data = ByteBuffer.allocate(192).order(ByteOrder.LITTLE_ENDIAN);
    data.put(0, HexFormat.of().parseHex("05000000" + "03" + "0200" + "0000" + "01"));
    data.put(128, HexFormat.of().parseHex("0900" + "01" + "0000000000" + "efbeadde00000000"));
    data.put(144, HexFormat.of().parseHex("00112233445566778899aabbccddeeff"));

    ReservationReport report = ReservationReport.read(data, 192);

    assertThat(report.generation()).isEqualTo(5);
    assertThat(report.type()).isEqualTo(ReservationType.WRITE_EXCLUSIVE_REGISTRANTS_ONLY);
    assertThat(report.persistsThroughPowerLoss()).isTrue();
    assertThat(report.registrants())
        .contains(
            new ReservationReport.Registrant(
                9, true, 0xDEADBEEFL, UUID.fromString("00112233-4455-6677-8899-aabbccddeeff")));
  }

  @Test
  void shouldReadAControllersIdentity() {
    ByteBuffer data = ByteBuffer.allocate(4096).order(ByteOrder.LITTLE_ENDIAN);
    data.put(77, (byte) 5).putShort(78, (short) 0x1234).put(111, (byte) 1);
    data.putInt(516, 32).putShort(520, (short) 0x1FC).putShort(522, (short) 1);
    data.put(525, (byte) 1).putShort(526, (short) 31).putShort(528, (short) 31);
    data.putInt(1792, (64 + 8192) / 16);

    ControllerIdentity identity = ControllerIdentity.read(data);

    assertThat(identity.maxTransferBytes()).isEqualTo(128 * 1024);
    assertThat(identity.controllerId()).isEqualTo(0x1234);
    assertThat(identity.namespaceMax()).isEqualTo(32);
    assertThat(identity.optionalCommands()).isEqualTo(0x1FC);
    assertThat(identity.fusedOperations()).isEqualTo(1);
    assertThat(identity.volatileWriteCache()).isTrue();
    assertThat(identity.atomicWriteBlocks()).isEqualTo(32);
    assertThat(identity.atomicWritePowerFailBlocks()).isEqualTo(32);
    assertThat(identity.inCapsuleBytesMax()).isEqualTo(8192);
  }

  @Test
  void shouldReadANamespacesIdentity() {
    ByteBuffer data = ByteBuffer.allocate(4096).order(ByteOrder.LITTLE_ENDIAN);
    data.putLong(0, 1000).put(26, (byte) 1).putInt(128 + 4, 12 << 16).putInt(92, 1);

    NamespaceIdentity identity = NamespaceIdentity.read(data);

    assertThat(identity.blockBytes()).isEqualTo(4096);
    assertThat(identity.sizeBytes()).isEqualTo(4_096_000);
    assertThat(identity.anaGroupId()).isEqualTo(1);
  }

  @Test
  void shouldDescribeEveryStatusInWords() {
    assertThat(NvmeStatus.describe(0x4080))
        .isEqualTo("the range ends beyond the namespace (SCT 0h SC 80h)");
    assertThat(NvmeStatus.describe(0x7FE)).contains("does not know").contains("SCT 7h SC feh");
  }

  private String head() {
    return hex(entry.bytes(), 0, 8);
  }

  private String tail() {
    return hex(entry.bytes(), 40, 24);
  }

  private static String hex(ByteBuffer of, int at, int length) {
    byte[] bytes = new byte[length];
    of.get(at, bytes);
    return HexFormat.of().formatHex(bytes);
  }
}
