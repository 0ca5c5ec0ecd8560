package io.ashlar.daemon.metrics;

import java.util.concurrent.atomic.AtomicLongArray;

/// Counts durations in buckets that double: up to 8.192 µs, 16.384 µs, … 17.2 s, and beyond. One
/// thread records; any thread reads. Recording allocates nothing and waits for nobody.
final class LatencyHistogram {
  /// The first bucket's upper bound is 2 to this power, in nanoseconds.
  private static final int FIRST_POWER = 13;

  private static final int LAST_POWER = 34;
  static final int BOUNDS = LAST_POWER - FIRST_POWER + 1;
  private static final int OVERFLOW = BOUNDS;
  private static final double NANOS_PER_SECOND = 1e9;

  private final AtomicLongArray counts = new AtomicLongArray(BOUNDS + 1);
  private final AtomicLongArray sumNs = new AtomicLongArray(1);

  void record(long durationNs) {
    increase(counts, bucketOf(durationNs), 1);
    increase(sumNs, 0, durationNs);
  }

  /// The only writer needs no atomic addition.
  private static void increase(AtomicLongArray array, int index, long by) {
    array.lazySet(index, array.getPlain(index) + by);
  }

  static int bucketOf(long durationNs) {
    int power = Long.SIZE - Long.numberOfLeadingZeros(Math.max(1, durationNs) - 1);
    return Math.min(Math.max(0, power - FIRST_POWER), OVERFLOW);
  }

  /// The upper bounds in seconds, the last one infinite.
  static double[] boundsSeconds() {
    double[] bounds = new double[BOUNDS + 1];
    for (int i = 0; i < BOUNDS; i++) {
      bounds[i] = (1L << (FIRST_POWER + i)) / NANOS_PER_SECOND;
    }
    bounds[OVERFLOW] = Double.POSITIVE_INFINITY;
    return bounds;
  }

  /// How many durations fell into each bucket.
  long[] counts() {
    long[] copy = new long[BOUNDS + 1];
    for (int i = 0; i < copy.length; i++) {
      copy[i] = counts.get(i);
    }
    return copy;
  }

  double sumSeconds() {
    return sumNs.get(0) / NANOS_PER_SECOND;
  }
}
