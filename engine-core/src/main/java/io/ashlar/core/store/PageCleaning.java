package io.ashlar.core.store;

import io.ashlar.core.checkpoint.Checkpointer.Phase;
import io.ashlar.core.format.Sectors;
import io.ashlar.core.gc.Cleaner;
import io.ashlar.core.segment.LogOptions;
import io.ashlar.core.segment.Stream;

/// Keeps dead index pages from filling the pool. A checkpoint writes every page that changed anew
/// and leaves the old one dead in its segment; where changes are scattered over a large index,
/// segments of pages hardly ever die as a whole. So before a checkpoint begins, those with the most
/// dead pages are looked through, and their living pages are marked for it to write anew too.
///
/// The checkpoint waits for that; it cannot wait for ever, because this has a cleaner of its own,
/// which needs nothing but the device. Hosts leave it as much room as their own changes take: what
/// they change makes pages die, and what is marked here gives their room back.
final class PageCleaning {
  /// Free segments that checkpoints leave to the cleaner of blocks: less than hosts leave to both,
  /// so that pages are cleaned where hosts have to wait.
  private static final int SEGMENTS_SPARED = 2;

  /// Segments of pages that are never too many: the open one, and the one before it.
  private static final int SEGMENTS_ALLOWED = 2;

  /// Dead pages may fill this part of the free segments: the longer they are left, the more die.
  private static final int FREE_PART = 4;

  /// Where there are twice as many as are needed, and so many more than a checkpoint writes, hosts
  /// leave room to clean them.
  private static final int SEGMENTS_HARMLESS = 4;

  private final StoreParts parts;
  private final Cleaner cleaner;
  private final LogOptions log;

  /// Segments that were looked through for the coming checkpoint.
  private int victims;

  private int heldBefore;
  private boolean isFruitless;

  PageCleaning(StoreParts parts) {
    this.parts = parts;
    this.cleaner = parts.pageCleaner();
    this.log = parts.options().log(parts.segments().geometry());
    this.heldBefore = held();
  }

  /// A checkpoint became durable: what was marked for it is dead.
  void onCheckpoint() {
    isFruitless = victims > 0 && isPressed() && held() >= heldBefore;
    heldBefore = held();
    victims = 0;
    cleaner.refresh();
  }

  /// Does a piece of work.
  ///
  /// @return 0 if there is nothing to do, or nothing that can be done now
  int doWork() {
    if (!cleaner.isIdle()) {
      return cleaner.doWork();
    }
    if (!isDue()) {
      return 0;
    }
    victims++;
    cleaner.startPages(parts.checkpointer().root().replayFrom());
    return 1;
  }

  /// Whether the next checkpoint should wait until what is to be written anew is marked.
  boolean holdsCheckpoint() {
    return !cleaner.needsMerge() && (!cleaner.isIdle() || isDue());
  }

  /// Whether no more can be marked before the next checkpoint has begun, or hosts wait for it
  /// because the cleaner of blocks cannot make room. Where it can, a checkpoint would only take
  /// more.
  boolean needsCheckpoint() {
    boolean isAwaited = !parts.space().hasMergeRoom() && parts.cleaner().isExhausted();
    return cleaner.needsMerge() || (isAwaited && segmentsForMerge() > 0);
  }

  /// Whether nothing is under way.
  boolean isIdle() {
    return cleaner.isIdle();
  }

  /// Whether nothing can be gained.
  boolean isAtItsEnd() {
    return cleaner.isIdle() && !isWanted();
  }

  /// Segments that have to be free beside the cleaner's for hosts to change more.
  int segmentsForHosts() {
    int merge = segmentsForMerge();
    if (!isWanted() || held() - victims <= 2 * needed() + merge + SEGMENTS_HARMLESS) {
      return merge;
    }
    return merge > 0 || hasRoom() ? 2 * merge + 1 : 0;
  }

  /// Segments that the coming checkpoint, and the rest of one under way, may fill with pages.
  private int segmentsForMerge() {
    long pages = parts.index().mergeBytesMax();
    long payload = log.metaPayloadBytesMax();
    long groups = (pages + payload - 1) / payload;
    long bytes = pages + groups * log.metaHeaderBytes();
    long segmentBytes = parts.segments().geometry().segmentBytes();
    return (int) ((bytes + segmentBytes - 1) / segmentBytes);
  }

  private boolean isDue() {
    return parts.checkpointer().phase() == Phase.IDLE && isWanted() && hasRoom();
  }

  private boolean isWanted() {
    return isBloated() && !cleaner.isExhausted() && !isFruitless;
  }

  /// Whether index pages take twice the segments that they need, beyond a few, what a checkpoint
  /// writes before the old ones are dead, and a part of those that nobody needs; where hosts wait
  /// for room, half as many again. What is written anew takes the pages above it along, so that it
  /// must leave well over a quarter behind to gain anything.
  private boolean isBloated() {
    int idle = parts.segments().free().count() / FREE_PART + segmentsForMerge();
    long allowed = isPressed() ? needed() * 3 / 2 : needed() * 7 / 4 + idle;
    return held() - victims > allowed + SEGMENTS_ALLOWED;
  }

  /// Segments that the living pages would fill.
  private long needed() {
    long unitsPerSegment = Sectors.holding(parts.segments().geometry().segmentBytes());
    return parts.segments().treeUnits(Stream.META) / unitsPerSegment;
  }

  private int held() {
    return parts.segments().held(Stream.META);
  }

  /// Whether hosts wait for room that only pages can give.
  private boolean isPressed() {
    return parts.space().isStalled() && parts.cleaner().isExhausted();
  }

  /// Whether the checkpoint has room to write what lives in one more segment.
  private boolean hasRoom() {
    int spared = isPressed() ? SEGMENTS_SPARED - 1 : SEGMENTS_SPARED;
    return spared + segmentsForMerge() + 1 <= parts.segments().free().count();
  }
}
