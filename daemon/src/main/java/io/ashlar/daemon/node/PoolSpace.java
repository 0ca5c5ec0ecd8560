package io.ashlar.daemon.node;

import io.ashlar.control.PoolInfo;
import io.ashlar.core.store.StoreStatistics;

/// How full a pool is, and what its volumes may still ask of it.
///
/// @param capacityBytes what sealed blocks may take
/// @param usedBytes what they take
/// @param provisionedBytes the sum of the volumes' sizes
record PoolSpace(long capacityBytes, long usedBytes, long provisionedBytes) {
  private static final double PERCENT = 100.0;

  long freeBytes() {
    return Math.max(0, capacityBytes - usedBytes);
  }

  double usedPart() {
    return capacityBytes == 0 ? 1 : (double) usedBytes / capacityBytes;
  }

  String usedText() {
    return (int) (usedPart() * PERCENT) + " %";
  }

  boolean isOvercommitted() {
    return provisionedBytes > capacityBytes;
  }

  /// What compression and thinness save.
  PoolInfo.Reduction reduction(StoreStatistics store) {
    double compression =
        store.storedBytes() == 0 ? 0 : (double) store.hostBytes() / store.storedBytes();
    double thinness =
        usedBytes == 0 || compression == 0 ? 0 : provisionedBytes / (usedBytes * compression);
    return new PoolInfo.Reduction(store.hostBytes(), store.storedBytes(), compression, thinness);
  }
}
