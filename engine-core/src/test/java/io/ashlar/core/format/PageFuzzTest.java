package io.ashlar.core.format;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import org.agrona.concurrent.UnsafeBuffer;

/// Any bytes as an index page, whatever its pointer says of it: refused, or 128 slots that are
/// written back as they were read.
///
/// Input: `| units 1 | bit 0: full, bit 1: aligned to 4096 | what was read, zeroes behind it |`.
class PageFuzzTest {
  private static final int PREAMBLE_BYTES = 2;
  private static final int FULL = 1;
  private static final int ALIGNED = 2;

  private final UnsafeBuffer page = new UnsafeBuffer(new byte[PageCodec.PAGE_BYTES]);
  private final UnsafeBuffer again = new UnsafeBuffer(new byte[PageCodec.PAGE_BYTES]);
  private final UnsafeBuffer stored = new UnsafeBuffer(new byte[PageCodec.PAGE_BYTES]);
  private final PageCodec small = new PageCodec(512);
  private final PageCodec large = new PageCodec(4096);

  @FuzzTest(maxExecutions = 1_000_000, maxDuration = "1h")
  void shouldReadAPageOrRefuseIt(byte[] input) {
    if (input.length < PREAMBLE_BYTES) {
      return;
    }
    boolean isLarge = (input[1] & ALIGNED) != 0;
    PageCodec codec = isLarge ? large : small;
    int units = input[0] & EntryFlyweight.UNITS_MAX;
    page.setMemory(0, PageCodec.PAGE_BYTES, (byte) 0);
    int length = Math.min(input.length - PREAMBLE_BYTES, PageCodec.PAGE_BYTES);
    page.putBytes(0, input, PREAMBLE_BYTES, length);
    if (!codec.decode(page, units, (input[1] & FULL) != 0)) {
      return;
    }
    int encoded = codec.encode(page, stored);
    assertThat(encoded).isEqualTo(Sectors.toBytes(units));
    again.putBytes(0, stored, 0, encoded);
    boolean isFull = PageCodec.countPresent(page) == PageCodec.SLOTS;
    assertThat(codec.decode(again, units, isFull)).isTrue();
    assertThat(again.byteArray()).isEqualTo(page.byteArray());
  }
}
