package io.ashlar.core.store;

import io.ashlar.core.qos.BackgroundBudget;

/// How fast a checkpoint may merge changes into pages. A merge takes as much of the shard's time as
/// it gets, so that beside hosts it is let on by bytes of pages: fast enough to be done long before
/// the next is due, and without limit where it is behind that.
final class MergePace {
  /// A tenth of a shard's time, about.
  static final long BUSY_BYTES_PER_SECOND = 16L << 20;

  /// What nobody waits for takes what it can.
  static final long IDLE_BYTES_PER_SECOND = 4L << 30;

  /// A step is some 10 KiB.
  static final long SAVED_BYTES_MAX = 32 * 1024;

  /// A merge is to be done when the changes that came meanwhile take this part of their table: it
  /// began at half of it at most.
  static final int FILL_PERCENT_MAX = 25;

  private final BackgroundBudget budget;
  private long mergedSeen;
  private long bytesAtStart;
  private int fillAtStart;
  private boolean isBehind;

  MergePace(long nowNs) {
    budget =
        new BackgroundBudget(BUSY_BYTES_PER_SECOND, IDLE_BYTES_PER_SECOND, SAVED_BYTES_MAX, nowNs);
  }

  /// A merge begins.
  ///
  /// @param bytesMax of pages that it may write
  /// @param fillPercent how much of their table the changes take, which it keeps until its end
  void begin(long bytesMax, int fillPercent) {
    bytesAtStart = bytesMax;
    fillAtStart = fillPercent;
  }

  /// Notes that hosts have something under way.
  void onHosts(long nowNs) {
    budget.onForeground(0, nowNs);
  }

  /// Notes what is done.
  ///
  /// @param mergedBytes of pages that were written since the start of the store
  /// @param bytesLeft that the merge may still write
  /// @param fillPercent how much of their table the changes take now
  void note(long mergedBytes, long bytesLeft, int fillPercent) {
    budget.spend(mergedBytes - mergedSeen);
    mergedSeen = mergedBytes;
    long fill = (long) fillPercent - fillAtStart;
    isBehind = (bytesAtStart - bytesLeft) * FILL_PERCENT_MAX < bytesAtStart * fill;
  }

  /// Whether the merge may take another step now.
  boolean mayWork(long nowNs) {
    return isBehind || budget.availableBytes(nowNs) > 0;
  }

  /// When it may go on if nothing else happens.
  long readyNs(long nowNs) {
    return budget.readyNs(nowNs);
  }
}
