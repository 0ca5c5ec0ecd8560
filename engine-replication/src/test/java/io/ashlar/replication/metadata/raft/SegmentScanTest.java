package io.ashlar.replication.metadata.raft;

import static org.assertj.core.api.Assertions.assertThat;

import io.ashlar.replication.metadata.raft.SegmentScan.End;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;

class SegmentScanTest {
  private static final int LAID_OUT = 64;

  /// Entries of 5, 200 and 20,000 bytes, so that lengths have 1, 2 and 3 bytes.
  private static byte[] segment() {
    ByteArrayOutputStream to = new ByteArrayOutputStream();
    to.writeBytes("RaftLog1".getBytes(StandardCharsets.US_ASCII));
    Random random = new Random(1);
    for (int length : new int[] {5, 200, 20_000}) {
      ByteArrayOutputStream entry = new ByteArrayOutputStream();
      for (int left = length; ; left >>>= 7) {
        entry.write(left < 128 ? left : (left & 0x7F) | 0x80);
        if (left < 128) {
          break;
        }
      }
      byte[] body = new byte[length];
      random.nextBytes(body);
      body[0] = 8;
      body[length - 1] = 1;
      entry.writeBytes(body);
      CRC32C checksum = new CRC32C();
      checksum.update(entry.toByteArray());
      to.writeBytes(entry.toByteArray());
      to.writeBytes(ByteBuffer.allocate(4).putInt((int) checksum.getValue()).array());
    }
    return to.toByteArray();
  }

  @Test
  void shouldProveAWholeSegment() {
    byte[] whole = segment();
    assertThat(SegmentScan.of(whole)).isEqualTo(new SegmentScan(3, whole.length, End.WHOLE));
    byte[] laidOut = Arrays.copyOf(whole, whole.length + LAID_OUT);
    assertThat(SegmentScan.of(laidOut)).isEqualTo(new SegmentScan(3, whole.length, End.WHOLE));
  }

  @Test
  void shouldTakeAnEndThatBreaksOffForTorn() {
    byte[] whole = segment();
    int third = whole.length - 20_000 - 3 - 4;
    for (int length = third + 1; length < whole.length; length += length < third + 8 ? 1 : 61) {
      byte[] cut = Arrays.copyOf(whole, length);
      assertThat(SegmentScan.of(cut)).isEqualTo(new SegmentScan(2, third, End.TORN));
      if (length < whole.length - 4 && length > third + 3) {
        byte[] zeroed = Arrays.copyOf(cut, whole.length + LAID_OUT);
        assertThat(SegmentScan.of(zeroed)).isEqualTo(new SegmentScan(2, third, End.TORN));
      }
    }
    for (int length = 0; length < 8; length++) {
      assertThat(SegmentScan.of(Arrays.copyOf(whole, length)).end()).isEqualTo(End.TORN);
    }
  }

  @Test
  void shouldTakeAFlippedBitForDamage() {
    byte[] whole = Arrays.copyOf(segment(), segment().length + LAID_OUT);
    int third = segment().length - 20_000 - 3 - 4;
    for (int i = 0; i < third + 40; i++) {
      byte[] damaged = whole.clone();
      damaged[i] ^= 0x20;
      // Of the last entry's length it cannot be told whether it was damaged or the rest never came.
      boolean isLastLength = i >= third && i < third + 3;
      assertThat(SegmentScan.of(damaged).end() == End.DAMAGED || isLastLength)
          .as("byte %d", i)
          .isTrue();
    }
  }
}
