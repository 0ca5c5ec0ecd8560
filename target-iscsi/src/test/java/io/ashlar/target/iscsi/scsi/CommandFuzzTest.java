package io.ashlar.target.iscsi.scsi;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.Arrays;
import java.util.HexFormat;
import org.agrona.concurrent.UnsafeBuffer;

/// Any command with any parameters. The input is commands one after another: a CDB of 16 bytes, a
/// byte that counts the data in units of 8, and these data.
class CommandFuzzTest {
  private static final int COMMANDS_MAX = 8;
  private static final int DATA_UNIT_BYTES = 8;
  private static final int HEAD_BYTES = Cdb.BYTES_MAX + 1;

  /// Kept, because clearing eight mebibytes takes longer than most commands.
  private static final UnsafeBuffer MEMORY = UnitFixture.room();

  /// Each command ends, in a status that exists, with no more data than there is room for.
  @FuzzTest(maxExecutions = 1_000_000, maxDuration = "2h")
  void shouldEndEveryCommand(byte[] input) {
    UnitFixture fixture = new UnitFixture(512, MEMORY);
    int at = 0;
    for (int i = 0; i < COMMANDS_MAX && at + HEAD_BYTES <= input.length; i++) {
      String cdb = HexFormat.of().formatHex(input, at, at + Cdb.BYTES_MAX);
      int wanted = (input[at + Cdb.BYTES_MAX] & 0xFF) * DATA_UNIT_BYTES;
      int end = Math.min(input.length, at + HEAD_BYTES + wanted);
      ScsiTask task =
          fixture.send(fixture.first, cdb, Arrays.copyOfRange(input, at + HEAD_BYTES, end));
      assertThat(UnitFixture.outcome(task)).as(cdb).isNotEmpty();
      assertThat(task.dataInBytes).as(cdb).isBetween(0, LogicalUnit.TRANSFER_BYTES_MAX);
      assertThat(fixture.volume.pending()).as("left with the volume by %s", cdb).isZero();
      at = end;
    }
  }
}
