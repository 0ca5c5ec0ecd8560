package io.ashlar.core.index;

/// The pages that a merge found damaged, so that it copies nothing from below them into another
/// layer: what it keeps in memory for them would be missing in the copy.
final class DamagedPages {
  private static final int CAPACITY = 64;

  private final int[] layers = new int[CAPACITY];
  private final int[] levels = new int[CAPACITY];
  private final long[] pages = new long[CAPACITY];
  private int count;

  void clear() {
    count = 0;
  }

  void add(int layer, int level, long page) {
    if (count < CAPACITY) {
      layers[count] = layer;
      levels[count] = level;
      pages[count] = page;
    }
    count++;
  }

  /// Whether the page, or one above it, is damaged. Where there are too many to remember, any may
  /// be.
  boolean contain(int layer, int level, long page) {
    for (int index = 0; index < Math.min(count, CAPACITY); index++) {
      if (layers[index] == layer
          && levels[index] >= level
          && page >>> (7 * (levels[index] - level)) == pages[index]) {
        return true;
      }
    }
    return count > CAPACITY;
  }
}
