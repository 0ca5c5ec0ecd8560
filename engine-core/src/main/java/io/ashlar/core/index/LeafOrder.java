package io.ashlar.core.index;

import java.util.Arrays;

/// The leaf records of a frozen generation in the order of their layers and leaves, so that a merge
/// writes each page once and needs one page per level in memory. A radix sort by bytes, least
/// significant first, that can be done in pieces.
final class LeafOrder {
  private static final int DIGITS = 256;
  private static final int DIGIT_BITS = 8;

  /// What the sort is about to do.
  private enum Phase {
    /// Counts how often each digit occurs.
    COUNTING,
    /// Moves the records to where their digit belongs.
    SCATTERING,
    /// The order holds.
    DONE
  }

  private final LayerTable layers;
  private final int[] counts = new int[DIGITS];
  private int[] order;
  private int[] spare;
  private DeltaGeneration generation;
  private Phase phase = Phase.DONE;
  private int size;
  private int at;
  private int pass;
  private int leafPasses;

  LeafOrder(IndexOptions options, LayerTable layers, DeltaGeneration empty) {
    this.layers = layers;
    generation = empty;
    order = new int[options.deltaPoints() + options.dirtyPages()];
    spare = new int[order.length];
  }

  /// Starts to sort a generation's records.
  void start(DeltaGeneration frozen) {
    generation = frozen;
    size = frozen.records();
    long leaves = 0;
    for (int index = 0; index < size; index++) {
      order[index] = index;
      leaves |= frozen.leaf(index);
    }
    int leafBits = Long.SIZE - Long.numberOfLeadingZeros(leaves);
    leafPasses = (leafBits + DIGIT_BITS - 1) / DIGIT_BITS;
    pass = 0;
    begin(Phase.COUNTING);
  }

  /// Handles at most `budget` records.
  ///
  /// @return whether the order holds
  boolean step(int budget) {
    int end = Math.min(size, at + budget);
    switch (phase) {
      case COUNTING -> {
        for (; at < end; at++) {
          counts[digit(order[at])]++;
        }
        if (at == size) {
          sumUp();
          begin(Phase.SCATTERING);
        }
      }
      case SCATTERING -> {
        for (; at < end; at++) {
          spare[counts[digit(order[at])]++] = order[at];
        }
        if (at == size) {
          endPass();
        }
      }
      case DONE -> {}
    }
    return phase == Phase.DONE;
  }

  int size() {
    return size;
  }

  /// The `index`-th record in order.
  int at(int index) {
    return order[index];
  }

  /// The place in the order of the layers: that of the last freeze; behind all others if the layer
  /// is gone.
  int ordinal(int leafRecord) {
    Layer layer = layers.find(generation.layer(leafRecord));
    return layer == null ? (1 << 16) - 1 : layer.ordinal;
  }

  private int digit(int leafRecord) {
    long key =
        pass < leafPasses
            ? generation.leaf(leafRecord) >>> (DIGIT_BITS * pass)
            : ordinal(leafRecord) >>> (DIGIT_BITS * (pass - leafPasses));
    return (int) (key & (DIGITS - 1));
  }

  private void begin(Phase next) {
    phase = next;
    at = 0;
    if (next == Phase.COUNTING) {
      Arrays.fill(counts, 0);
    }
  }

  private void sumUp() {
    int sum = 0;
    for (int digit = 0; digit < DIGITS; digit++) {
      int here = counts[digit];
      counts[digit] = sum;
      sum += here;
    }
  }

  private void endPass() {
    int[] sorted = spare;
    spare = order;
    order = sorted;
    pass++;
    begin(pass < leafPasses + 2 ? Phase.COUNTING : Phase.DONE);
  }
}
