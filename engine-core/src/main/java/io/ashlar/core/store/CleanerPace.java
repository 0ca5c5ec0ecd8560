package io.ashlar.core.store;

import io.ashlar.core.qos.BackgroundBudget;
import io.ashlar.core.segment.SegmentTable;
import io.ashlar.core.segment.Stream;

/// How fast the cleaner may go: as fast as hosts' writes make it necessary, so that it works evenly
/// instead of in bursts, faster the less room is left, and without limit before hosts must wait.
final class CleanerPace {
  /// What the cleaner gets even where hosts write nothing but keep the device busy by reads.
  private static final long BUSY_BYTES_PER_SECOND = 16L << 20;

  private static final long IDLE_BYTES_PER_SECOND = 256L << 20;

  /// Work that may be saved up: bounds a burst.
  private static final long SAVED_BYTES_MAX = 1 << 20;

  /// With less than this part of a segment left, hosts are about to wait.
  private static final int URGENT_PART = 8;

  private final StoreParts parts;
  private final BackgroundBudget budget;
  private final long segmentBytes;
  private final int unitBytes;
  private long hostUnitsSeen;
  private long costSeen;

  CleanerPace(StoreParts parts, long nowNs) {
    this.parts = parts;
    segmentBytes = parts.segments().geometry().segmentBytes();
    unitBytes = parts.segments().geometry().unitBytes();
    budget =
        new BackgroundBudget(BUSY_BYTES_PER_SECOND, IDLE_BYTES_PER_SECOND, SAVED_BYTES_MAX, nowNs);
  }

  /// Whether the cleaner may take another step now.
  boolean mayWork(long nowNs) {
    long hostUnits = parts.applier().hostUnitsTotal();
    long cost = parts.cleaner().bytesRead() + parts.cleaner().bytesMoved();
    budget.spend(cost - costSeen);
    costSeen = cost;
    long roomBytes = roomBytes();
    if (hostUnits != hostUnitsSeen) {
      budget.sharePercent(sharePercent(roomBytes));
      budget.onForeground((hostUnits - hostUnitsSeen) * unitBytes, nowNs);
      hostUnitsSeen = hostUnits;
    }
    return budget.availableBytes(nowNs) > 0 || roomBytes < segmentBytes / URGENT_PART;
  }

  /// What hosts may write before they have to wait for the cleaner.
  private long roomBytes() {
    SegmentTable segments = parts.segments();
    long free = (long) segments.free().count() - parts.space().reservedSegments();
    return parts.log().roomBytes(Stream.USER) + free * segmentBytes;
  }

  /// To gain a byte, `1 / (1 - u)` bytes of the victim are read and `u / (1 - u)` are written.
  private int sharePercent(long roomBytes) {
    double utilization = Math.min(0.95, parts.cleaner().victimUtilization());
    double needed = 110.0 * (1 + utilization) / (1 - utilization);
    double pressure = (double) segmentBytes / Math.clamp(roomBytes, 1L, segmentBytes);
    return (int) Math.min(BackgroundBudget.SHARE_PERCENT_MAX, needed * pressure);
  }

  /// When the cleaner may go on if nothing else happens.
  long readyNs(long nowNs) {
    return budget.readyNs(nowNs);
  }
}
