package io.ashlar.core.format;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.ashlar.core.base.Crc32c;
import io.ashlar.core.format.Superblock.LaneGeometry;
import io.ashlar.core.format.Superblock.StreamCursor;
import org.agrona.concurrent.UnsafeBuffer;

/// Any bytes as a superblock: refused by the two exceptions that say so, or sound in itself and
/// written back as it was read.
///
/// Input: `| 1: the checksum is made to hold | the superblock, zeroes behind it |`.
class SuperblockFuzzTest {
  private static final int CHECKSUM_OFFSET = Long.BYTES;
  private static final int CHECKED_FROM = CHECKSUM_OFFSET + Integer.BYTES;

  private final Crc32c crc = new Crc32c();
  private final UnsafeBuffer buffer = new UnsafeBuffer(new byte[Superblock.BYTES]);
  private final UnsafeBuffer again = new UnsafeBuffer(new byte[Superblock.BYTES]);

  @FuzzTest(maxExecutions = 1_000_000, maxDuration = "1h")
  void shouldBelieveNoSuperblockThatMakesNoSense(byte[] input) {
    if (input.length == 0) {
      return;
    }
    buffer.setMemory(0, Superblock.BYTES, (byte) 0);
    buffer.putBytes(0, input, 1, Math.min(input.length - 1, Superblock.BYTES));
    if (input[0] == 1) {
      buffer.putLong(0, Superblock.MAGIC);
      int length = Superblock.BYTES - CHECKED_FROM;
      buffer.putInt(CHECKSUM_OFFSET, crc.of(buffer, CHECKED_FROM, length));
    }
    try {
      Superblock found = Superblock.decode(buffer, 0, crc, "here");
      if (found != null) {
        assertSound(found);
      }
    } catch (CorruptRecordException | UnsupportedFormatException refused) {
      assertThat(refused.getMessage()).contains("here");
    }
  }

  private void assertSound(Superblock found) throws CorruptRecordException {
    LaneGeometry geometry = found.geometry();
    assertThat(geometry.segmentOffset(geometry.segments())).isPositive();
    for (StreamCursor cursor : found.cursors()) {
      assertThat(cursor.segment()).isBetween(0, geometry.segments() - 1);
      assertThat(cursor.offset()).isBetween(0, geometry.segmentBytes());
    }
    found.encode(again, 0, crc);
    try {
      assertThat(Superblock.decode(again, 0, crc, "again")).isEqualTo(found);
    } catch (UnsupportedFormatException e) {
      throw new AssertionError("this build's own version", e);
    }
  }
}
