package io.ashlar.replication.network;

import java.util.SplittableRandom;

/// How long to wait before trying again: twice as long each time up to a bound, less a random part
/// of up to a half, so that nodes that lost each other at one moment do not all come back at one.
final class Backoff {
  private final long minNs;
  private final long maxNs;
  private final SplittableRandom dice;
  private long nextNs;

  Backoff(long minNs, long maxNs, long seed) {
    this.minNs = minNs;
    this.maxNs = maxNs;
    dice = new SplittableRandom(seed);
    nextNs = minNs;
  }

  /// How long to wait now.
  long next() {
    long waitNs = nextNs - dice.nextLong(nextNs / 2 + 1);
    nextNs = Math.min(maxNs, nextNs * 2);
    return waitNs;
  }

  /// It worked.
  void reset() {
    nextNs = minNs;
  }
}
