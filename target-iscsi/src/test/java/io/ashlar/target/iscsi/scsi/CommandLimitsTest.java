package io.ashlar.target.iscsi.scsi;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;
import org.junit.jupiter.params.provider.CsvSource;

/// CDBs at their limits and beyond, on a unit of 1024 (0x400) blocks of 4096 bytes. The data are as
/// many blocks as the row says.
class CommandLimitsTest {
  private final UnitFixture fixture = new UnitFixture(4096);

  @ParameterizedTest(name = "{0} with {1} blocks of data: {2}")
  @CsvFileSource(resources = "command-limits.csv")
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
