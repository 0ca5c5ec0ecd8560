package io.ashlar.target.iscsi.scsi;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// CDBs at their limits and beyond, on a unit of 1024 (0x400) blocks of 4096 bytes. The data are as
/// many blocks as the row says.
class CommandLimitsTest {
  private final UnitFixture fixture = new UnitFixture(4096);

  @ParameterizedTest(name = "{0} with {1} blocks of data: {2}")
  @CsvSource({
    // reads: within, at the end, across it, beyond it, and no blocks
    "08 0003ff 01 00,                                   0, GOOD",
    "08 0003ff 00 00,                                   0, LBA_OUT_OF_RANGE",
    "28 00 000003ff 00 0001 00,                         0, GOOD",
    "28 00 000003ff 00 0002 00,                         0, LBA_OUT_OF_RANGE",
    "28 00 00000400 00 0000 00,                         0, GOOD",
    "28 00 00000401 00 0000 00,                         0, LBA_OUT_OF_RANGE",
    "28 00 ffffffff 00 0000 00,                         0, LBA_OUT_OF_RANGE",
    "28 00 ffffffff 00 ffff 00,                         0, LBA_OUT_OF_RANGE",
    "a8 00 00000000 00000400 00 00,                     0, GOOD",
    "a8 00 00000000 ffffffff 00 00,                     0, LBA_OUT_OF_RANGE",
    "88 00 00000000000003ff 00000001 00 00,             0, GOOD",
    "88 00 ffffffffffffffff 00000001 00 00,             0, LBA_OUT_OF_RANGE",
    "88 00 7fffffffffffffff ffffffff 00 00,             0, LBA_OUT_OF_RANGE",
    // flags that mean something, and such as do not
    "28 18 00000000 00 0001 00,                         0, GOOD",
    "28 20 00000000 00 0001 00,                         0, INVALID_FIELD_IN_CDB",
    "28 01 00000000 00 0001 00,                         0, INVALID_FIELD_IN_CDB",
    "28 00 00000000 00 0001 04,                         0, INVALID_FIELD_IN_CDB",
    // writes
    "2a 00 000003ff 00 0001 00,                         1, GOOD",
    "2a 00 00000400 00 0001 00,                         1, LBA_OUT_OF_RANGE",
    "2a e0 00000000 00 0001 00,                         1, INVALID_FIELD_IN_CDB",
    "2e 02 00000000 00 0001 00,                         1, GOOD",
    "2f 06 00000000 00 0001 00,                         1, INVALID_FIELD_IN_CDB",
    // atomic writes: 256 blocks are 1 MiB, and there is no boundary
    "9c 00 0000000000000000 0000 0100 00 00,          256, GOOD",
    "9c 00 0000000000000000 0000 0101 00 00,          257, INVALID_FIELD_IN_CDB",
    "9c 00 0000000000000000 0001 0001 00 00,            1, INVALID_FIELD_IN_CDB",
    // compare and write: both halves, up to what its one byte of length can say
    "89 00 0000000000000000 000000 01 00 00,            2, GOOD",
    "89 00 0000000000000000 000000 01 00 00,            1, INVALID_FIELD_IN_CDB",
    "89 00 0000000000000000 000000 ff 00 00,          510, GOOD",
    "89 00 0000000000000400 000000 01 00 00,            2, LBA_OUT_OF_RANGE",
    // write same
    "93 00 0000000000000000 00000400 00 00,             1, GOOD",
    "93 01 0000000000000000 00000400 00 00,             0, GOOD",
    "93 00 0000000000000000 00000001 00 00,             2, INVALID_FIELD_IN_CDB",
    "93 10 0000000000000000 00000001 00 00,             1, INVALID_FIELD_IN_CDB",
    "41 08 00000000 00 0000 00,                         1, GOOD",
    // ranges without data
    "35 00 00000000 00 0000 00,                         0, GOOD",
    "35 00 00000000 00 ffff 00,                         0, LBA_OUT_OF_RANGE",
    "34 00 00000400 00 0001 00,                         0, LBA_OUT_OF_RANGE",
    "9e 12 0000000000000400 00000018 00 00,             0, LBA_OUT_OF_RANGE",
    "9e 12 00000000000003ff 00000018 00 00,             0, GOOD",
    // unknown opcodes and service actions
    "ff 00 00000000,                                    0, INVALID_OPCODE",
    "48 01 00000000 00 0000 00,                         0, INVALID_OPCODE",
    "9e 1f 0000000000000000 00000000 00 00,             0, INVALID_FIELD_IN_CDB",
    "5e 1f 00000000 00 0000 00,                         0, INVALID_FIELD_IN_CDB",
    "7f 00 00000000000000000000000000,                  0, INVALID_OPCODE",
    // inquiry
    "12 00 00 00ff 00,                                  0, GOOD",
    "12 00 01 00ff 00,                                  0, INVALID_FIELD_IN_CDB",
    "12 01 ff 00ff 00,                                  0, INVALID_FIELD_IN_CDB",
    "12 02 00 00ff 00,                                  0, INVALID_FIELD_IN_CDB",
  })
  void shouldEndAsTheStandardSays(String cdb, int dataBlocks, String outcome) {
    ScsiTask task = fixture.send(fixture.first, cdb, new byte[dataBlocks * 4096]);
    assertThat(UnitFixture.outcome(task)).isEqualTo(outcome);
  }

  @ParameterizedTest(name = "{0} cut at {1} returns {2} bytes")
  @CsvSource({
    "12 00 00 0000 00, 0",
    "12 00 00 0005 00, 5",
    "12 00 00 ffff 00, 96",
    "12 01 b0 00ff 00, 64",
    "9e 10 0000000000000000 00000010 00 00, 16",
    "9e 10 0000000000000000 ffffffff 00 00, 32",
    "1a 00 3f 00 04 00, 4",
    "a0 00 00 000000 00000008 00 00, 8",
    "a0 00 00 000000 00000010 00 00, 16",
  })
  void shouldReturnNoMoreThanTheAllocationLength(String cdb, int bytes) {
    ScsiTask task = fixture.send(fixture.first, cdb);
    assertThat(UnitFixture.outcome(task)).isEqualTo("GOOD");
    assertThat(task.dataInBytes).isEqualTo(bytes);
  }
}
