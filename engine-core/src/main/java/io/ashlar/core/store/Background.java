package io.ashlar.core.store;

import io.ashlar.core.checkpoint.Checkpointer;
import io.ashlar.core.checkpoint.Checkpointer.Phase;
import io.ashlar.core.gc.Cleaner;
import io.ashlar.core.index.BlockIndex;
import io.ashlar.core.segment.LogWriter;
import io.ashlar.core.segment.SegmentTable;
import io.ashlar.core.segment.Stream;

/// Decides when to make a checkpoint, walk the reap list and clean, a small step on every turn.
final class Background {
  /// Pages that one reap step may finish.
  private static final int REAP_BUDGET = 8;

  /// A checkpoint starts when this part of the delta table is used.
  private static final int DELTA_FILL_PERCENT = 50;

  /// Free segments that the cleaner needs: one to copy to, one more because it copies before it
  /// frees, and one to be late by.
  private static final int CLEANER_SEGMENTS = 3;

  /// With so many segments more than that left, room is not dear.
  private static final int RAMP_CALM = 2;

  /// How far apart small groups of hosts' writes are closed while room is dear: about as long as a
  /// durable write takes. On a device of 4 KiB blocks a lone block's group takes twice the block's
  /// room, and all that hosts take the cleaner must make.
  private static final long USER_GROUP_GAP_NS = 250_000;

  /// After so long without a change, what changed is put into a checkpoint: discarded space becomes
  /// free, and there is little to replay at the next start.
  private static final long CHECKPOINT_AFTER_NS = 5_000_000_000L;

  private final StoreParts parts;
  private final CleanerPace pace;
  private final PageCleaning pageCleaning;
  private final MergePace mergePace;
  private final long checkpointBytes;
  private final long mergeBytesMax;
  private final FreeTarget freeTarget;
  private long bytesAtCheckpoint;
  private long publishedSinceStart;
  private long stalledUntil = -1;
  private boolean checkpointRequested;
  private boolean lastStarted;
  private long lastCheckpoint = -1;
  private long completedSeen;
  private long nowNs;
  private long changedNs;
  private long changesSeen = -1;
  private boolean isPaced;
  private boolean isMergePaced;
  private long userBytesSeen;
  private long changes;

  Background(StoreParts parts, long nowNs) {
    this.parts = parts;
    this.nowNs = nowNs;
    // What was replayed is worth a checkpoint, too.
    publishedSinceStart = parts.index().hasNoChanges() ? 0 : 1;
    checkpointBytes = parts.options().checkpointBytes(parts.segments().geometry());
    mergeBytesMax = parts.options().mergeBytesMax(parts.segments().geometry());
    pageCleaning = new PageCleaning(parts);
    freeTarget = new FreeTarget(parts.segments().geometry());
    pace = new CleanerPace(freeTarget.rampBytes(), nowNs);
    mergePace = new MergePace(nowNs);
  }

  void requestCheckpoint() {
    checkpointRequested = true;
  }

  /// Notes changes that the index took.
  void published(int points) {
    publishedSinceStart += points;
    changes += points;
  }

  private void noteActivity() {
    if (changes != changesSeen) {
      changesSeen = changes;
      changedNs = nowNs;
    }
  }

  /// Whether nothing has changed for a while since something did.
  private boolean isIdleLongEnough() {
    return publishedSinceStart > 0 && nowNs - changedNs >= CHECKPOINT_AFTER_NS;
  }

  /// When something is to be done though nothing happens.
  long deadlineNs() {
    boolean mayStart = parts.checkpointer().phase() == Phase.IDLE && publishedSinceStart > 0;
    long idle = mayStart ? changedNs + CHECKPOINT_AFTER_NS : Long.MAX_VALUE;
    long cleaner = isPaced ? pace.readyNs(nowNs) : Long.MAX_VALUE;
    long merge = isMergePaced ? mergePace.readyNs(nowNs) : Long.MAX_VALUE;
    return Math.min(idle, Math.min(cleaner, merge));
  }

  int doWork(long nowNs, boolean isClosing) {
    this.nowNs = nowNs;
    int work = checkpoint(isClosing);
    noteActivity();
    noteCheckpoint();
    noteStall();
    boolean isEnding = isClosing && (lastStarted || parts.isIdle());
    if (parts.checkpointer().phase() == Phase.IDLE) {
      work += isEnding ? startLastCheckpoint() : startCheckpointIfDue();
    }
    work += parts.segments().freeReleasedByLog();
    reserve();
    if (!isEnding) {
      work += pageCleaning.doWork();
      work += parts.index().reapCount() > 0 ? reap() : clean(isClosing);
    }
    return work;
  }

  private int checkpoint(boolean isClosing) {
    noteHosts();
    boolean mayGoOn = parts.checkpointer().phase() != Phase.MERGING || mayMerge();
    isMergePaced = !mayGoOn && !isClosing && !isMergeAwaited();
    return isMergePaced ? 0 : parts.checkpointer().doWork();
  }

  private void noteHosts() {
    long userBytes = parts.log().bytesWritten(Stream.USER);
    if (userBytes != userBytesSeen || !parts.reads().isIdle()) {
      userBytesSeen = userBytes;
      mergePace.onHosts(nowNs);
    }
  }

  private boolean mayMerge() {
    BlockIndex index = parts.index();
    mergePace.note(index.statistics().bytesMerged(), index.mergeBytesLeft(), index.fillPercent());
    return mergePace.mayWork(nowNs);
  }

  /// Whether hosts or the cleaner wait for the checkpoint.
  private boolean isMergeAwaited() {
    return parts.space().isStalled()
        || !parts.space().hasMergeRoom()
        || parts.writes().isWaitingForIndex()
        || isShort();
  }

  private int reap() {
    int reaped = parts.index().reapStep(REAP_BUDGET);
    published(reaped);
    return reaped;
  }

  /// Keeps as many segments from hosts as the cleaner and the coming checkpoint need.
  private void reserve() {
    int segmentsForPages = pageCleaning.segmentsForHosts();
    freeTarget.note(segmentsForPages);
    parts.space().reserve(CLEANER_SEGMENTS, segmentsForPages);
  }

  /// More than what is reserved where checkpoints need much: hosts wait for that too.
  private int freeWanted() {
    return freeTarget.segments(CLEANER_SEGMENTS, parts.space().reservedSegments());
  }

  /// What a checkpoint made durable may be cleaned from now on.
  private void noteCheckpoint() {
    if (parts.checkpointer().completed() != completedSeen) {
      completedSeen = parts.checkpointer().completed();
      parts.cleaner().refresh();
      pageCleaning.onCheckpoint();
      freeTarget.onCheckpoint();
    }
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
            && parts.space().isSettled()
            && parts.index().reapCount() == 0;
    return exact && (fullOfLiveData || isCleanerAtItsEnd());
  }

  /// Whether nothing more can be freed, as of the newest checkpoint.
  private boolean isCleanerAtItsEnd() {
    return isExhausted()
        && completedSeen == parts.checkpointer().completed()
        && parts.cleaner().isIdle()
        && pageCleaning.isAtItsEnd()
        && parts.segments().countGainable() == 0;
  }

  /// Whether a write seems to have no room and only a checkpoint can tell for certain: live data
  /// fills the pool by figures that still count what was overwritten, or the cleaner has run out of
  /// victims.
  private boolean isRefusalUnproven() {
    boolean unproven = parts.checkpointer().completed() < stalledUntil || publishedSinceStart > 0;
    return stalledUntil >= 0 && unproven && (parts.space().isFullOfLiveData() || isExhausted());
  }

  private boolean isExhausted() {
    return parts.cleaner().isExhausted();
  }

  private int startCheckpointIfDue() {
    if (!isCheckpointDue() || pageCleaning.holdsCheckpoint()) {
      return 0;
    }
    start();
    parts.checkpointer().start();
    mergePace.begin(parts.index().mergeBytesLeft(), parts.index().fillPercent());
    return 1;
  }

  private void start() {
    checkpointRequested = false;
    publishedSinceStart = 0;
    bytesAtCheckpoint = parts.log().bytesWritten();
  }

  private boolean isCheckpointDue() {
    return checkpointRequested
        || isRefusalUnproven()
        || parts.writes().isWaitingForIndex()
        || pageCleaning.needsCheckpoint()
        || isIdleLongEnough()
        || parts.index().fillPercent() >= DELTA_FILL_PERCENT
        || parts.log().bytesWritten() - bytesAtCheckpoint >= checkpointBytes
        || parts.index().mergeBytesMax() >= mergeBytesMax
        || isGainWorthIt();
  }

  /// Whether a checkpoint would free segments that are needed.
  private boolean isGainWorthIt() {
    boolean isPressed = isExhausted() || isShort();
    return isPressed && parts.cleaner().isIdle() && parts.segments().countGainable() > 0;
  }

  /// Whether so few segments are free that the cleaner must not take one more before a checkpoint.
  private boolean isShort() {
    return parts.segments().free().count() <= parts.space().reservedSegments() - CLEANER_SEGMENTS;
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
    keepPace();
    if (!cleaner.isIdle()) {
      isPaced = !isClosing && !pace.mayWork(nowNs);
      return isPaced ? 0 : cleaner.doWork();
    }
    if (isClosing && parts.writes().isIdle()) {
      return 0;
    }
    int free = parts.segments().free().count();
    boolean isDue = free < freeWanted() && !isExhausted();
    if (!isDue || isCheckpointFirst()) {
      return 0;
    }
    cleaner.start(parts.checkpointer().root().replayFrom());
    return 1;
  }

  private void keepPace() {
    LogWriter log = parts.log();
    Cleaner cleaner = parts.cleaner();
    boolean isDear = parts.segments().free().count() < freeWanted() + RAMP_CALM;
    log.userGroupGap(isDear ? USER_GROUP_GAP_NS : 0);
    pace.note(
        log.bytesWritten(Stream.USER) + log.bytesWritten(Stream.META),
        cleaner.bytesRead() + cleaner.bytesMoved(),
        roomBytes(),
        cleaner.victimUtilization(),
        nowNs);
  }

  /// What hosts may write before they have to wait for the cleaner.
  private long roomBytes() {
    SegmentTable segments = parts.segments();
    long free = (long) segments.free().count() - parts.space().reservedSegments();
    return parts.log().roomBytes(Stream.USER) + free * segments.geometry().segmentBytes();
  }

  /// Whether a checkpoint that can begin now frees segments, and too few are left to clean before.
  private boolean isCheckpointFirst() {
    return parts.checkpointer().phase() == Phase.IDLE
        && isShort()
        && parts.segments().countGainable() > 0;
  }

  boolean isQuiet() {
    Checkpointer.Phase phase = parts.checkpointer().phase();
    return (phase == Phase.IDLE || phase == Phase.FAILED)
        && parts.cleaner().isIdle()
        && pageCleaning.isIdle()
        && parts.index().reapCount() == 0;
  }
}
