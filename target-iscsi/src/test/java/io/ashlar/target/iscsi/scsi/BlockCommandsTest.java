package io.ashlar.target.iscsi.scsi;

import static org.assertj.core.api.Assertions.assertThat;

import io.ashlar.core.volume.BlockStatus;
import io.ashlar.core.volume.VolumeGeometry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Commands that move blocks, at their limits (SBC-3 §5), on a unit of 1,024 blocks of 4 KiB.
class BlockCommandsTest {
  private static final int BLOCK = 4096;

  private final UnitFixture fixture = new UnitFixture(BLOCK);

  private ScsiTask send(String cdb, byte... data) {
    return fixture.send(fixture.first, cdb, data);
  }

  private String outcome(String cdb, byte... data) {
    return UnitFixture.outcome(send(cdb, data));
  }

  private String blockAt(int lba) {
    return UnitFixture.data(send("28 00 %08x 00 0001 00".formatted(lba))).substring(0, 2);
  }

  /// One block past the end, in every length of CDB; none at the end is fine.
  @ParameterizedTest
  @CsvSource({
    "28 00 00000400 00 0001 00, LBA_OUT_OF_RANGE",
    "28 00 000003ff 00 0002 00, LBA_OUT_OF_RANGE",
    "28 00 00000400 00 0000 00, GOOD",
    "28 00 00000401 00 0000 00, LBA_OUT_OF_RANGE",
    "08 000400 01 00, LBA_OUT_OF_RANGE",
    "08 0003ff 00 00, LBA_OUT_OF_RANGE",
    "a8 00 00000400 00000001 00 00, LBA_OUT_OF_RANGE",
    "88 00 0000000000000400 00000001 00 00, LBA_OUT_OF_RANGE",
    "88 00 ffffffffffffffff 00000001 00 00, LBA_OUT_OF_RANGE",
    "88 00 8000000000000000 00000000 00 00, LBA_OUT_OF_RANGE",
    "34 00 00000400 00 0001 00, LBA_OUT_OF_RANGE",
    "34 00 00000000 00 0400 00, GOOD",
    "90 00 0000000000000000 00000400 00 00, GOOD",
    "35 00 00000000 00 0000 00, GOOD",
    "91 00 0000000000000400 00000001 00 00, LBA_OUT_OF_RANGE",
    "9e 12 0000000000000400 000000ff 00 00, LBA_OUT_OF_RANGE",
    "9e 12 ffffffffffffffff 000000ff 00 00, LBA_OUT_OF_RANGE"
  })
  void shouldKnowWhereItEnds(String cdb, String outcome) {
    assertThat(outcome(cdb)).isEqualTo(outcome);
  }

  /// READ (6) with a length of 0 reads 256 blocks (SBC-3 §5.7); with other CDBs it reads none.
  @Test
  void shouldTakeZeroBlocksForWhatEachCommandMeansByThem() {
    assertThat(send("08 000000 00 00").dataInBytes).isEqualTo(256 * BLOCK);
    assertThat(send("28 00 00000000 00 0000 00").dataInBytes).isZero();
    assertThat(send("a8 00 00000000 00000000 00 00").dataInBytes).isZero();
  }

  @Test
  void shouldWriteAndReadByEveryLengthOfCdb() {
    assertThat(outcome("0a 000001 01 00", UnitFixture.filled(BLOCK, 0x06))).isEqualTo("GOOD");
    assertThat(outcome("aa 00 00000002 00000001 00 00", UnitFixture.filled(BLOCK, 0x12)))
        .isEqualTo("GOOD");
    assertThat(outcome("8a 00 0000000000000003 00000001 00 00", UnitFixture.filled(BLOCK, 0x16)))
        .isEqualTo("GOOD");
    assertThat(UnitFixture.data(send("08 000001 01 00"))).startsWith("06");
    assertThat(UnitFixture.data(send("a8 00 00000002 00000001 00 00"))).startsWith("12");
    assertThat(UnitFixture.data(send("88 00 0000000000000003 00000001 00 00"))).startsWith("16");
  }

  /// Longer than the buffer of a command, in each CDB that can say so; the sense names the field.
  @ParameterizedTest
  @CsvSource({
    "88 00 0000000000000000 00000801 00 00, 10",
    "a8 00 00000000 00000801 00 00, 6",
    "28 00 00000000 00 0801 00, 7",
    "9c 00 0000000000000000 0000 0101 00 00, 12",
    "93 00 0000000000000000 00010000 00 00, 10",
    "41 00 00000000 00 0000 00, 7"
  })
  void shouldRefuseMoreThanItSaysItTakes(String cdb, int field) {
    UnitFixture large = new UnitFixture(new VolumeGeometry(1L << 32, BLOCK), UnitFixture.room());
    ScsiTask task = large.send(large.first, cdb, new byte[4]);
    assertThat(UnitFixture.outcome(task)).isEqualTo("INVALID_FIELD_IN_CDB");
    assertThat(UnitFixture.fieldNamed(task)).isEqualTo(field);
  }

  @Test
  void shouldVerifyWithAndWithoutTheInitiatorsData() {
    send("2a 00 00000005 00 0001 00", UnitFixture.filled(BLOCK, 0x5a));
    assertThat(outcome("2f 00 00000005 00 0001 00")).isEqualTo("GOOD");
    assertThat(outcome("af 00 00000000 00000400 00 00")).isEqualTo("GOOD");
    assertThat(outcome("2f 00 00000005 00 0000 00")).isEqualTo("GOOD");
    assertThat(outcome("2f 02 00000005 00 0001 00", UnitFixture.filled(BLOCK, 0x5a)))
        .isEqualTo("GOOD");
    assertThat(outcome("2f 02 00000005 00 0001 00", UnitFixture.filled(BLOCK, 0x5b)))
        .isEqualTo("MISCOMPARE_DURING_VERIFY");
    assertThat(outcome("2f 04 00000005 00 0001 00")).isEqualTo("INVALID_FIELD_IN_CDB");
    assertThat(outcome("2f 06 00000005 00 0001 00")).isEqualTo("INVALID_FIELD_IN_CDB");
    fixture.volume.failNext(BlockStatus.MEDIUM_ERROR);
    assertThat(outcome("2f 00 00000005 00 0001 00")).isEqualTo("UNRECOVERED_READ_ERROR");
  }

  @ParameterizedTest
  @ValueSource(strings = {"2e 02 00000007 00 0001 00", "2e 00 00000007 00 0001 00"})
  void shouldWriteAndThenVerify(String cdb) {
    assertThat(outcome(cdb, UnitFixture.filled(BLOCK, 0x77))).isEqualTo("GOOD");
    assertThat(blockAt(7)).isEqualTo("77");
  }

  @Test
  void shouldOrDataIntoWhatIsThere() {
    send("2a 00 00000009 00 0001 00", UnitFixture.filled(BLOCK, 0x0f));
    assertThat(outcome("8b 00 0000000000000009 00000001 00 00", UnitFixture.filled(BLOCK, 0x50)))
        .isEqualTo("GOOD");
    assertThat(blockAt(9)).isEqualTo("5f");
    assertThat(outcome("8b 00 0000000000000009 00000000 00 00")).isEqualTo("GOOD");
  }

  /// Fewer data than the CDB says: whole blocks of them are written (RFC 7143 §11.4.5.1).
  @Test
  void shouldWriteTheWholeBlocksOfWhatCame() {
    assertThat(outcome("2a 00 00000010 00 0003 00", UnitFixture.filled(2 * BLOCK - 1, 0x31)))
        .isEqualTo("GOOD");
    assertThat(blockAt(0x10)).isEqualTo("31");
    assertThat(blockAt(0x11)).isEqualTo("00");
  }

  @Test
  void shouldCompareAndWriteNothingOrExactlyWhatTheCdbSays() {
    assertThat(outcome("89 00 0000000000000000 000000 00 00 00")).isEqualTo("GOOD");
    assertThat(outcome("89 00 0000000000000000 000000 01 00 00", new byte[BLOCK]))
        .isEqualTo("INVALID_FIELD_IN_CDB");
    assertThat(outcome("89 00 00000000000003ff 000000 02 00 00", new byte[4 * BLOCK]))
        .isEqualTo("LBA_OUT_OF_RANGE");
  }

  @Test
  void shouldWriteSameByPatternByZeroesAndByUnmapping() {
    assertThat(outcome("41 00 00000020 00 0010 00", UnitFixture.filled(BLOCK, 0x41)))
        .isEqualTo("GOOD");
    assertThat(blockAt(0x2f)).isEqualTo("41");
    assertThat(outcome("41 08 00000020 00 0001 00", UnitFixture.filled(BLOCK, 0x41)))
        .as("UNMAP, whatever the pattern")
        .isEqualTo("GOOD");
    assertThat(blockAt(0x20)).isEqualTo("00");
    assertThat(outcome("93 01 0000000000000021 00000001 00 00")).as("NDOB").isEqualTo("GOOD");
    assertThat(blockAt(0x21)).isEqualTo("00");
    assertThat(outcome("41 00 00000022 00 0001 00", new byte[BLOCK])).isEqualTo("GOOD");
    assertThat(blockAt(0x22)).isEqualTo("00");
    assertThat(blockAt(0x23)).isEqualTo("41");
    assertThat(outcome("41 00 00000022 00 0001 00", new byte[BLOCK - 1]))
        .isEqualTo("INVALID_FIELD_IN_CDB");
    assertThat(outcome("93 00 0000000000000400 00000001 00 00", new byte[BLOCK]))
        .isEqualTo("LBA_OUT_OF_RANGE");
  }

  /// WSNZ is 0: no blocks mean all up to the end.
  @Test
  void shouldWriteSameUpToTheEnd() {
    assertThat(outcome("41 00 000003fe 00 0000 00", UnitFixture.filled(BLOCK, 0x42)))
        .isEqualTo("GOOD");
    assertThat(blockAt(0x3fd)).isEqualTo("00");
    assertThat(blockAt(0x3fe)).isEqualTo("42");
    assertThat(blockAt(0x3ff)).isEqualTo("42");
    assertThat(outcome("41 00 00000400 00 0000 00", UnitFixture.filled(BLOCK, 0x42)))
        .isEqualTo("GOOD");
  }

  @Test
  void shouldUnmapListsThatAreEmptyShortOrLong() {
    assertThat(outcome("42 00 00000000 00 0000 00")).isEqualTo("GOOD");
    assertThat(outcome("42 00 00000000 00 0007 00", new byte[7]))
        .isEqualTo("PARAMETER_LIST_LENGTH_ERROR");
    assertThat(outcome("42 00 00000000 00 0018 00", list(0, 0))).as("no blocks").isEqualTo("GOOD");
    assertThat(outcome("42 00 00000000 00 0018 00", list(-1, 1))).isEqualTo("LBA_OUT_OF_RANGE");
    int most = 8 + 16 * (UnmapParameters.DESCRIPTORS_MAX + 1);
    byte[] long1 = new byte[most];
    long1[2] = (byte) ((most - 8) >>> 8);
    long1[3] = (byte) (most - 8);
    assertThat(outcome("42 00 00000000 00 %04x 00".formatted(most), long1))
        .isEqualTo("INVALID_FIELD_IN_PARAMETER_LIST");
    assertThat(outcome("42 01 00000000 00 0018 00", list(0, 1)))
        .as("ANCHOR is not supported")
        .isEqualTo("INVALID_FIELD_IN_CDB");
  }

  private static byte[] list(long lba, int blocks) {
    return java.util.HexFormat.of()
        .parseHex("0016001000000000%016x%08x00000000".formatted(lba, blocks));
  }

  @ParameterizedTest
  @CsvSource({
    "MEDIUM_ERROR, 28, UNRECOVERED_READ_ERROR",
    "MEDIUM_ERROR, 2a, WRITE_ERROR",
    "NO_SPACE, 2a, SPACE_ALLOCATION_FAILED",
    "OFFLINE, 2a, LOGICAL_UNIT_NOT_READY"
  })
  void shouldSayHowTheVolumeFailed(BlockStatus status, String opcode, String outcome) {
    fixture.volume.failNext(status);
    byte[] data = opcode.equals("2a") ? new byte[BLOCK] : new byte[0];
    assertThat(outcome(opcode + " 00 00000000 00 0001 00", data)).isEqualTo(outcome);
  }

  @Test
  void shouldKnowTheUnitsEndOnlyByItsPresentSize() {
    assertThat(outcome("25 00 00000001 00 0000 00")).isEqualTo("INVALID_FIELD_IN_CDB");
    assertThat(outcome("9e 10 0000000000000001 00000020 00 00")).isEqualTo("INVALID_FIELD_IN_CDB");
    assertThat(outcome("9e 10 0000000000000001 00000020 01 00")).as("PMI").isEqualTo("GOOD");
    assertThat(UnitFixture.data(send("9e 10 0000000000000000 0000000c 00 00")))
        .isEqualTo("00000000000003ff" + "00001000");
  }
}
