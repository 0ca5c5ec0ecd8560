package io.ashlar.target.iscsi.scsi;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HexFormat;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A command's memory had other hosts' data before: none of it may go out again.
class ForeignDataTest {
  private static final int NOISE_BYTES = 128 * 1024;

  private final UnsafeBuffer clean = UnitFixture.room();
  private final UnsafeBuffer dirty = UnitFixture.room();

  @ParameterizedTest
  @ValueSource(
      strings = {
        "12 00 00 ff ff", // INQUIRY
        "12 01 00 ff ff",
        "12 01 80 ff ff",
        "12 01 83 ff ff",
        "12 01 86 ff ff",
        "12 01 b0 ff ff",
        "12 01 b1 ff ff",
        "12 01 b2 ff ff",
        "03 00 00 00 ff", // REQUEST SENSE
        "03 01 00 00 ff",
        "1a 00 3f 00 ff", // MODE SENSE
        "1a 08 3f 00 ff",
        "5a 00 3f 00 00 00 00 ff ff",
        "5a 10 3f 00 00 00 00 ff ff",
        "25", // READ CAPACITY
        "9e 10 00 00 00 00 00 00 00 00 00 00 ff ff",
        "9e 12 00 00 00 00 00 00 00 00 00 00 ff ff", // GET LBA STATUS
        "a0 00 00 00 00 00 00 00 ff ff", // REPORT LUNS
        "a3 0a 00 00 00 00 00 00 ff ff", // REPORT TARGET PORT GROUPS
        "a3 0c 00 00 00 00 00 00 ff ff", // REPORT SUPPORTED OPERATION CODES
        "a3 0c 80 00 00 00 00 00 ff ff",
        "a3 0c 01 28 00 00 00 00 ff ff",
        "a3 0d 00 00 00 00 00 00 ff ff", // REPORT SUPPORTED TASK MANAGEMENT FUNCTIONS
        "a3 0d 80 00 00 00 00 00 ff ff",
        "5e 00 00 00 00 00 00 ff ff", // PERSISTENT RESERVE IN
        "5e 01 00 00 00 00 00 ff ff",
        "5e 02 00 00 00 00 00 ff ff",
        "5e 03 00 00 00 00 00 ff ff",
        "84 03 00 00 00 00 00 00 00 00 00 00 ff ff", // RECEIVE COPY RESULTS
        "37 00 0d 00 00 00 00 ff ff", // READ DEFECT DATA
        "b7 0d 00 00 00 00 00 00 ff ff",
        "88 00 00 00 00 00 00 00 00 00 00 00 00 08" // READ of blocks that were never written
      })
  void shouldAnswerAlikeWhateverItsMemoryHeld(String cdb) {
    dirty.setMemory(0, NOISE_BYTES, (byte) 0xA5);
    String expected = answer(clean, cdb);
    assertThat(expected).startsWith("GOOD");
    assertThat(answer(dirty, cdb)).isEqualTo(expected);
  }

  private static String answer(UnsafeBuffer memory, String cdb) {
    UnitFixture fixture = new UnitFixture(512, memory);
    String register = "5f 00 00 00 00 00 00 00 18";
    byte[] keys = HexFormat.of().parseHex("000000000000000000000000000000ab0000000000000000");
    byte[] noise = new byte[NOISE_BYTES];
    memory.getBytes(0, noise);
    fixture.send(fixture.first, register, keys);
    memory.putBytes(0, noise);
    ScsiTask task = fixture.send(fixture.first, cdb);
    return UnitFixture.outcome(task) + " " + UnitFixture.data(task);
  }
}
