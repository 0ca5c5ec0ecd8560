package io.ashlar.core.format;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.Random;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PageCodecTest {
  private final UnsafeBuffer page = pageBuffer();
  private final UnsafeBuffer stored = pageBuffer();
  private final UnsafeBuffer read = pageBuffer();
  private final Random random = new Random(7);

  private static UnsafeBuffer pageBuffer() {
    return new UnsafeBuffer(ByteBuffer.allocateDirect(PageCodec.PAGE_BYTES));
  }

  private void fill(int percent) {
    page.setMemory(0, PageCodec.PAGE_BYTES, (byte) 0);
    for (int slot = 0; slot < PageCodec.SLOTS; slot++) {
      if (random.nextInt(100) < percent) {
        for (int at = 0; at < PageCodec.SLOT_BYTES; at++) {
          page.putByte(slot * PageCodec.SLOT_BYTES + at, (byte) (1 + random.nextInt(255)));
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {512, 4096})
  void shouldReadBackWhateverIsPresent(int alignmentBytes) {
    PageCodec codec = new PageCodec(alignmentBytes);
    for (int percent = 0; percent <= 100; percent++) {
      fill(percent);
      int lengthBytes = codec.encode(page, stored);
      assertThat(lengthBytes % alignmentBytes).isZero();
      read.setMemory(0, PageCodec.PAGE_BYTES, (byte) 0x55);
      read.putBytes(0, stored, 0, lengthBytes);
      boolean isFull = PageCodec.countPresent(page) == PageCodec.SLOTS;
      assertThat(codec.decode(read, lengthBytes / Sectors.BYTES, isFull)).isTrue();
      assertThat(read.compareTo(page)).as("page filled to %s %%", percent).isZero();
    }
  }

  @Test
  void shouldLeaveAbsentSlotsOut() {
    fill(0);
    page.putLong(127 * PageCodec.SLOT_BYTES, 1);
    assertThat(new PageCodec(512).encode(page, stored)).isEqualTo(512);
    fill(100);
    assertThat(new PageCodec(512).encode(page, stored)).isEqualTo(4096);
  }

  @Test
  void shouldNoticeEveryChangedBit() {
    PageCodec codec = new PageCodec(512);
    fill(9);
    int lengthBytes = codec.encode(page, stored);
    int checksum = codec.checksum(1, 0, 5, stored, lengthBytes);
    for (int bit = 0; bit < lengthBytes * Byte.SIZE; bit++) {
      byte flipped = (byte) (stored.getByte(bit / 8) ^ (1 << (bit % 8)));
      byte right = stored.getByte(bit / 8);
      stored.putByte(bit / 8, flipped);
      assertThat(codec.checksum(1, 0, 5, stored, lengthBytes)).isNotEqualTo(checksum);
      stored.putByte(bit / 8, right);
    }
  }

  @Test
  void shouldNoticeAPageInAWrongPlace() {
    PageCodec codec = new PageCodec(512);
    fill(50);
    int lengthBytes = codec.encode(page, stored);
    int checksum = codec.checksum(1, 0, 5, stored, lengthBytes);
    assertThat(codec.checksum(2, 0, 5, stored, lengthBytes)).isNotEqualTo(checksum);
    assertThat(codec.checksum(1, 1, 5, stored, lengthBytes)).isNotEqualTo(checksum);
    assertThat(codec.checksum(1, 0, 6, stored, lengthBytes)).isNotEqualTo(checksum);
  }

  @Test
  void shouldRefuseBytesThatAreNoPage() {
    PageCodec codec = new PageCodec(512);
    fill(50);
    int units = codec.encode(page, stored) / 512;
    assertThat(codec.decode(stored, units + 1, false)).as("another length").isFalse();
    codec.encode(page, stored);
    assertThat(codec.decode(stored, units, true)).as("not full").isFalse();
    stored.setMemory(0, PageCodec.BITMAP_BYTES, (byte) 0xFF);
    assertThat(codec.decode(stored, 9, false)).as("full, with a bitmap").isFalse();
    stored.setMemory(0, PageCodec.PAGE_BYTES, (byte) 0);
    stored.putByte(0, (byte) 1);
    assertThat(codec.decode(stored, 1, false)).as("a present slot that is empty").isFalse();
    assertThat(codec.decode(page, 8, true)).as("a full page with empty slots").isFalse();
  }
}
