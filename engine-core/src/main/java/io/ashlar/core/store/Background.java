package io.ashlar.core.store;

import io.ashlar.core.checkpoint.Checkpointer;
import io.ashlar.core.checkpoint.Checkpointer.Phase;
import io.ashlar.core.gc.Cleaner;
import io.ashlar.core.segment.SegmentTable;

/// Decides when to make a checkpoint, walk the reap list and clean, a small step on every turn.
final class Background {
  /// Pages that one reap step may finish.
  private static final int REAP_BUDGET = 8;

  /// A checkpoint starts when this part of the delta table is used.
  private static final int DELTA_FILL_PERCENT = 50;

  private final StoreParts parts;
  private final long checkpointBytes;
  private final int freeWanted;
  private long bytesAtCheckpoint;
  private long publishedSinceStart;
  private long stalledUntil = -1;
  private boolean checkpointRequested;
  private boolean victimsExhausted;
  private boolean lastStarted;
  private long lastCheckpoint = -1;

  Background(StoreParts parts) {
    this.parts = parts;
    checkpointBytes = parts.options().checkpointBytes(parts.segments().geometry());
    int reserved = parts.space().reservedSegments();
    freeWanted = reserved + Math.max(2, reserved / 2);
  }

  void requestCheckpoint() {
    checkpointRequested = true;
  }

  /// Notes changes that the index took.
  void published(int changes) {
    publishedSinceStart += changes;
  }

  int doWork(boolean isClosing) {
    int work = parts.checkpointer().doWork();
    noteStall();
    boolean isEnding = isClosing && (lastStarted || parts.isIdle());
    if (parts.checkpointer().phase() == Phase.IDLE) {
      work += isEnding ? startLastCheckpoint() : startCheckpointIfDue();
    }
    if (!isEnding) {
      work +=
          parts.index().reapCount() > 0 ? parts.index().reapStep(REAP_BUDGET) : clean(isClosing);
    }
    return work;
  }

  private void noteStall() {
    if (!parts.space().isStalled()) {
      stalledUntil = -1;
    } else if (stalledUntil < 0) {
      boolean idle = parts.checkpointer().phase() == Phase.IDLE;
      stalledUntil = parts.checkpointer().completed() + (idle ? 1 : 2);
    }
  }

  /// Whether the figures that refused a write are exact and nothing can better them.
  boolean isSpaceExhausted(boolean fullOfLiveData) {
    boolean exact =
        stalledUntil >= 0
            && parts.checkpointer().completed() >= stalledUntil
            && parts.checkpointer().phase() == Phase.IDLE
            && publishedSinceStart == 0
            && parts.index().reapCount() == 0;
    return exact && (fullOfLiveData || (victimsExhausted && parts.cleaner().isIdle()));
  }

  /// Whether a write seems to have no room and only a checkpoint can tell for certain: live data
  /// fills the pool by figures that still count what was overwritten, or the cleaner has run out of
  /// victims.
  private boolean isRefusalUnproven() {
    boolean unproven = parts.checkpointer().completed() < stalledUntil || publishedSinceStart > 0;
    return stalledUntil >= 0 && unproven && (parts.space().isFullOfLiveData() || victimsExhausted);
  }

  private int startCheckpointIfDue() {
    if (!isCheckpointDue()) {
      return 0;
    }
    start();
    parts.checkpointer().start();
    return 1;
  }

  private void start() {
    checkpointRequested = false;
    publishedSinceStart = 0;
    victimsExhausted = false;
    bytesAtCheckpoint = parts.log().bytesWritten();
  }

  private boolean isCheckpointDue() {
    return checkpointRequested
        || isRefusalUnproven()
        || parts.writes().isWaitingForIndex()
        || parts.index().fillPercent() >= DELTA_FILL_PERCENT
        || parts.log().bytesWritten() - bytesAtCheckpoint >= checkpointBytes
        || isGainWorthIt();
  }

  /// Whether a checkpoint would free segments that are needed.
  private boolean isGainWorthIt() {
    int free = parts.segments().free().count();
    if (free >= freeWanted || !parts.cleaner().isIdle()) {
      return false;
    }
    int gain = parts.segments().countGainable();
    return gain > 0 && (isShort(free) || victimsExhausted || free + gain >= freeWanted);
  }

  /// Whether so few segments are free that the cleaner must not take one more before a checkpoint.
  private boolean isShort(int free) {
    return free <= parts.space().reservedSegments() / 2;
  }

  private int startLastCheckpoint() {
    if (lastStarted) {
      return 0;
    }
    start();
    lastStarted = true;
    lastCheckpoint = parts.checkpointer().completed() + 1;
    parts.checkpointer().startClosing();
    return 1;
  }

  boolean isLastCheckpointDone() {
    return lastStarted && parts.checkpointer().completed() >= lastCheckpoint;
  }

  private int clean(boolean isClosing) {
    Cleaner cleaner = parts.cleaner();
    if (!cleaner.isIdle()) {
      return cleaner.doWork();
    }
    if (isClosing && parts.writes().isIdle()) {
      return 0;
    }
    SegmentTable segments = parts.segments();
    if (segments.free().count() >= freeWanted || victimsExhausted) {
      return 0;
    }
    int gainable = segments.countGainable();
    boolean checkpointFirst = gainable > 0 && isShort(segments.free().count());
    if (checkpointFirst || segments.free().count() + gainable >= freeWanted) {
      return 0;
    }
    victimsExhausted = !cleaner.start(parts.checkpointer().root().replayFrom());
    return victimsExhausted ? 0 : 1;
  }

  boolean isQuiet() {
    Checkpointer.Phase phase = parts.checkpointer().phase();
    return (phase == Phase.IDLE || phase == Phase.FAILED)
        && parts.cleaner().isIdle()
        && parts.index().reapCount() == 0;
  }
}
