package io.ashlar.target.iscsi.scsi;

import static org.assertj.core.api.Assertions.assertThat;

import io.ashlar.core.volume.BlockStatus;
import io.ashlar.core.volume.VolumeGeometry;
import java.util.HexFormat;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

class LogicalUnitTest {
  private static final String TEST_UNIT_READY = "00 00 00 00 00 00";

  private final UnitFixture fixture = new UnitFixture(4096);

  @Test
  void shouldReadBackWhatWasWritten() {
    send("2a 00 00000005 00 0002 00", UnitFixture.filled(8192, 0x5a));
    assertThat(UnitFixture.data(send("28 00 00000006 00 0001 00"))).isEqualTo("5a".repeat(4096));
    assertThat(UnitFixture.data(send("28 00 00000007 00 0001 00"))).isEqualTo("00".repeat(4096));
  }

  @Test
  void shouldMoveTransfersLongerThanAVolumeTakesAtOnce() {
    byte[] data = new byte[600 * 4096];
    new java.util.Random(7).nextBytes(data);
    assertThat(outcome(send("8a 00 0000000000000001 00000258 00 00", data))).isEqualTo("GOOD");
    ScsiTask read = send("88 00 0000000000000001 00000258 00 00");
    assertThat(UnitFixture.data(read)).isEqualTo(HexFormat.of().formatHex(data));
    data[data.length - 1] ^= 1;
    ScsiTask verify = send("8f 02 0000000000000001 00000258 00 00", data);
    assertThat(outcome(verify)).isEqualTo("MISCOMPARE_DURING_VERIFY");
    assertThat(information(verify)).isEqualTo(data.length - 1);
  }

  @Test
  void shouldRepeatAPattern() {
    send("93 00 0000000000000010 00000190 00 00", UnitFixture.filled(4096, 0x11));
    ScsiTask read = send("88 00 000000000000000f 00000192 00 00");
    String expected = "00".repeat(4096) + "11".repeat(400 * 4096) + "00".repeat(4096);
    assertThat(UnitFixture.data(read)).isEqualTo(expected);
  }

  @Test
  void shouldUnmapTheRangesOfAListAndTellWhatIsMapped() {
    send("2a 00 00000000 00 0004 00", UnitFixture.filled(4 * 4096, 0x22));
    byte[] list =
        HexFormat.of().parseHex("0016001000000000" + "0000000000000001" + "00000002" + "00000000");
    assertThat(outcome(send("42 00 00000000 00 0018 00", list))).isEqualTo("GOOD");
    assertThat(UnitFixture.data(send("9e 12 0000000000000000 00000038 00 00")))
        .isEqualTo(
            "0000003400000000"
                + "0000000000000000"
                + "00000001"
                + "00000000"
                + "0000000000000001"
                + "00000002"
                + "01000000"
                + "0000000000000003"
                + "00000001"
                + "00000000");
  }

  @Test
  void shouldUnmapNothingIfOneRangeIsBeyondTheEnd() {
    send("2a 00 00000000 00 0001 00", UnitFixture.filled(4096, 0x33));
    byte[] list =
        HexFormat.of()
            .parseHex(
                "0026002000000000"
                    + "0000000000000000"
                    + "00000001"
                    + "00000000"
                    + "0000000000000400"
                    + "00000001"
                    + "00000000");
    assertThat(outcome(send("42 00 00000000 00 0028 00", list))).isEqualTo("LBA_OUT_OF_RANGE");
    assertThat(UnitFixture.data(send("28 00 00000000 00 0001 00"))).startsWith("33");
  }

  @Test
  void shouldCompareAndWriteAsOneStepOrTellTheFirstDifference() {
    byte[] both = UnitFixture.filled(8192, 0);
    java.util.Arrays.fill(both, 4096, 8192, (byte) 0x44);
    String cdb = "89 00 0000000000000009 000000 01 00 00";
    assertThat(outcome(send(cdb, both))).isEqualTo("GOOD");
    ScsiTask again = send(cdb, both);
    assertThat(outcome(again)).isEqualTo("MISCOMPARE_DURING_VERIFY");
    assertThat(information(again)).isZero();
    assertThat(UnitFixture.data(send("28 00 00000009 00 0001 00"))).startsWith("44");
  }

  @Test
  void shouldTellEachNexusOnceThatTheUnitWasReset() {
    fixture.unit.reset(fixture.first);
    assertThat(outcome(fixture.send(fixture.second, TEST_UNIT_READY)))
        .isEqualTo("BUS_DEVICE_RESET_OCCURRED");
    assertThat(outcome(fixture.send(fixture.second, TEST_UNIT_READY))).isEqualTo("GOOD");
    assertThat(outcome(fixture.send(fixture.first, "12 00 00 00ff 00"))).isEqualTo("GOOD");
    assertThat(outcome(fixture.send(fixture.first, TEST_UNIT_READY)))
        .isEqualTo("BUS_DEVICE_RESET_OCCURRED");
  }

  @Test
  void shouldAnswerForAnAbsentUnitOnlyWhatItIsAskedToIdentify() {
    long absent = 0x0001_0000_0000_0000L;
    ScsiTask inquiry = fixture.send(fixture.first, "12 00 00 00ff 00", absent, new byte[0]);
    assertThat(UnitFixture.data(inquiry)).startsWith("7f");
    assertThat(outcome(fixture.send(fixture.first, TEST_UNIT_READY, absent, new byte[0])))
        .isEqualTo("LOGICAL_UNIT_NOT_SUPPORTED");
  }

  @Test
  void shouldWriteProtectByTheControlModePage() {
    byte[] control = HexFormat.of().parseHex("00000000" + "0a0a00100800" + "0000ffff0000");
    assertThat(outcome(send("15 10 00 00 10 00", control))).isEqualTo("GOOD");
    assertThat(outcome(send("2a 00 00000000 00 0001 00", new byte[4096])))
        .isEqualTo("SOFTWARE_WRITE_PROTECTED");
    assertThat(outcome(fixture.send(fixture.second, TEST_UNIT_READY)))
        .isEqualTo("MODE_PARAMETERS_CHANGED");
    assertThat(UnitFixture.data(send("1a 08 0a 00 ff 00"))).startsWith("0f009000" + "0a0a00100800");
  }

  @Test
  void shouldRefuseModesThatCannotBeChanged() {
    byte[] caching = new byte[4 + 20];
    caching[4] = 0x08;
    caching[5] = 0x12;
    caching[6] = 0x04;
    assertThat(outcome(send("15 10 00 00 18 00", caching)))
        .isEqualTo("INVALID_FIELD_IN_PARAMETER_LIST");
    assertThat(outcome(send("15 10 00 00 03 00", new byte[3])))
        .isEqualTo("PARAMETER_LIST_LENGTH_ERROR");
  }

  @Test
  void shouldSayHowAVolumeFailed() {
    fixture.volume.failNext(BlockStatus.NO_SPACE);
    assertThat(outcome(send("2a 00 00000000 00 0001 00", new byte[4096])))
        .isEqualTo("SPACE_ALLOCATION_FAILED");
    fixture.volume.failNext(BlockStatus.OFFLINE);
    assertThat(outcome(send("28 00 00000000 00 0001 00"))).isEqualTo("LOGICAL_UNIT_NOT_READY");
  }

  @Test
  void shouldTellEveryNexusThatTheCapacityChanged() {
    fixture.volume.resize(new VolumeGeometry(2 * UnitFixture.BLOCKS * 4096, 4096));
    assertThat(outcome(fixture.send(fixture.first, TEST_UNIT_READY))).isEqualTo("CAPACITY_CHANGED");
    assertThat(outcome(fixture.send(fixture.second, TEST_UNIT_READY)))
        .isEqualTo("CAPACITY_CHANGED");
    assertThat(UnitFixture.data(send("25 00 00000000 00 0000 00"))).isEqualTo("000007ff00001000");
  }

  @Test
  void shouldListEveryCommandItSupports() {
    String all = UnitFixture.data(send("a3 0c 00 00 0000 0000ffff 00 00"));
    assertThat(all.length() / 2).isEqualTo(4 + 8 * CommandTable.COMMANDS.size());
    assertThat(UnitFixture.data(send("a3 0c 01 28 0000 0000ffff 00 00")))
        .isEqualTo("0003000a" + "2818ffffffff1fffff00");
    assertThat(UnitFixture.data(send("a3 0c 02 9e 0010 0000ffff 00 00")))
        .startsWith("000300109e10");
    assertThat(outcome(send("a3 0c 01 9e 0000 0000ffff 00 00"))).isEqualTo("INVALID_FIELD_IN_CDB");
    assertThat(UnitFixture.data(send("a3 0c 03 ff 0000 0000ffff 00 00"))).isEqualTo("00010000");
  }

  @Test
  void shouldCopyWithinTheVolumeByItsNaaName() {
    send("2a 00 00000000 00 0002 00", UnitFixture.filled(8192, 0x66));
    String list =
        "0100002000000000"
            + "0000001c00000000"
            + "e4000000"
            + "01030008"
            + "%016x".formatted(fixture.unit.identity().naa())
            + "00".repeat(12)
            + "00001000"
            + "02000018"
            + "00000000"
            + "00000002"
            + "0000000000000000"
            + "0000000000000100";
    byte[] bytes = HexFormat.of().parseHex(list);
    assertThat(outcome(send("83 00 0000000000000000 0000004c 00 00", bytes))).isEqualTo("GOOD");
    assertThat(UnitFixture.data(send("28 00 00000101 00 0001 00"))).startsWith("66");
    assertThat(UnitFixture.data(send("84 00 01 00000000000000 000000ff 00 00")))
        .isEqualTo("00000008" + "01" + "0001" + "01" + "00000008");
    assertThat(outcome(send("84 00 02 00000000000000 000000ff 00 00")))
        .isEqualTo("INVALID_FIELD_IN_CDB");
  }

  private ScsiTask send(String cdb, byte... data) {
    return fixture.send(fixture.first, cdb, data);
  }

  private static String outcome(ScsiTask task) {
    return UnitFixture.outcome(task);
  }

  private static long information(ScsiTask task) {
    UnsafeBuffer sense = new UnsafeBuffer(new byte[SenseData.BYTES_MAX]);
    task.sense.write(sense, 0, SenseFormat.FIXED);
    return Wire.getInt(sense, 3);
  }
}
