package io.ashlar.core.index;

import java.util.Arrays;

/// Tells cheaply that a subtree has no changes in a generation of the delta table: a Bloom filter
/// with one hash over the pages above the changed leaves. It may say yes in error, never no.
final class SpanFilter {
  private static final int BITS_SHIFT = 18;

  static final int BYTES = 1 << (BITS_SHIFT - 3);

  private final long[] bits = new long[BYTES / Long.BYTES];

  /// Notes a change below all pages on the path to `leaf`.
  void add(int layer, long leaf) {
    for (int level = 1; level < IndexOptions.LEVELS_MAX; level++) {
      int bit = bitOf(layer, level, leaf >>> (7 * level));
      bits[bit >>> 6] |= 1L << bit;
    }
  }

  /// Whether there may be changes below the page; `level` is at least 1.
  boolean mayContain(int layer, int level, long page) {
    int bit = bitOf(layer, level, page);
    return (bits[bit >>> 6] & (1L << bit)) != 0;
  }

  void clear() {
    Arrays.fill(bits, 0);
  }

  private static int bitOf(int layer, int level, long page) {
    return (int) (Hash.of(layer * LEVEL_STRIDE + level, page) >>> (Long.SIZE - BITS_SHIFT));
  }

  private static final int LEVEL_STRIDE = 8;
}
