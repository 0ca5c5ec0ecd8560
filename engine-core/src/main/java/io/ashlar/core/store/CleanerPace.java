package io.ashlar.core.store;

import io.ashlar.core.qos.BackgroundBudget;

/// How fast the cleaner may go: as fast as the log's growth makes it necessary, so that it works
/// evenly instead of in bursts, faster the less room is left, and without limit before hosts must
/// wait.
final class CleanerPace {
  /// What the cleaner gets even where hosts write nothing but keep the device busy by reads.
  static final long BUSY_BYTES_PER_SECOND = 16L << 20;

  static final long IDLE_BYTES_PER_SECOND = 256L << 20;

  /// Work that may be saved up: bounds a burst.
  static final long SAVED_BYTES_MAX = 1 << 20;

  /// With less than this part of the room wanted left, hosts are about to wait.
  static final int URGENT_PART = 8;

  /// While all the room is left, a little less than is needed; the less is left, the more, so that
  /// nine tenths stay. It is no steeper, because room comes and goes by whole segments and hosts
  /// feel each change of pace.
  private static final double FULL_ROOM_PERCENT = 90;

  private static final double NO_ROOM_PERCENT = 220;

  /// A victim fuller than this is not counted on.
  private static final double UTILIZATION_MAX = 0.95;

  private final BackgroundBudget budget;
  private final long roomWanted;
  private long grownSeen;
  private long costSeen;
  private boolean isUrgent;

  /// @param roomWanted bytes that hosts should be able to write without waiting for the cleaner
  CleanerPace(long roomWanted, long nowNs) {
    this.roomWanted = roomWanted;
    budget =
        new BackgroundBudget(BUSY_BYTES_PER_SECOND, IDLE_BYTES_PER_SECOND, SAVED_BYTES_MAX, nowNs);
  }

  /// Notes what the log grew to and what the cleaner has done. All are totals since the start.
  ///
  /// @param grownBytes of hosts' writes and of checkpoints, with all that the log adds to them:
  ///   this is what takes room
  /// @param costBytes read and written by the cleaner
  /// @param roomBytes what hosts may write before they have to wait for the cleaner
  /// @param utilization the part of the present victim that lives
  void note(long grownBytes, long costBytes, long roomBytes, double utilization, long nowNs) {
    budget.spend(costBytes - costSeen);
    costSeen = costBytes;
    if (grownBytes != grownSeen) {
      budget.sharePercent(sharePercent(roomBytes, utilization));
      budget.onForeground(grownBytes - grownSeen, nowNs);
      grownSeen = grownBytes;
    }
    isUrgent = roomBytes < roomWanted / URGENT_PART;
  }

  /// Whether the cleaner may take another step now.
  boolean mayWork(long nowNs) {
    return isUrgent || budget.availableBytes(nowNs) > 0;
  }

  /// To gain a byte, `1 / (1 - u)` bytes of the victim are read and `u / (1 - u)` are written.
  private int sharePercent(long roomBytes, double utilization) {
    double living = Math.min(UTILIZATION_MAX, utilization);
    double room = (double) Math.clamp(roomBytes, 0L, roomWanted) / roomWanted;
    double percent = FULL_ROOM_PERCENT * room + NO_ROOM_PERCENT * (1 - room);
    double needed = percent * (1 + living) / (1 - living);
    return (int) Math.min(BackgroundBudget.SHARE_PERCENT_MAX, needed);
  }

  /// When the cleaner may go on if nothing else happens.
  long readyNs(long nowNs) {
    return budget.readyNs(nowNs);
  }
}
