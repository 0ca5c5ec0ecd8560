package io.ashlar.replication.pipeline;

import io.ashlar.core.store.DivergedScan;
import io.ashlar.core.store.LogStore;

/// What a new primary has itself that is no part of the history: it was catching up when those were
/// lost that had more. Everything acknowledged is in its prefix. What it has beyond was never shown
/// to anybody; it is written anew, so that it becomes part of the history, before anybody is
/// served.
final class OwnTail {
  private final LogStore store;
  private final PrimaryVolume primary;
  private final long prefix;
  private final DivergedBlocks blocks = new DivergedBlocks();
  private final Rewriting rewriting;
  private DivergedScan scan;
  private boolean isBegun;
  private boolean isLevel;

  /// @param prefix the last id before the epoch
  OwnTail(PrimaryVolume primary, LogStore store, long prefix) {
    this.primary = primary;
    this.store = store;
    this.prefix = prefix;
    scan = store.diverged(primary.id(), prefix);
    rewriting = new Rewriting(primary, blocks);
  }

  /// Looks, and writes. To be called once the epoch's beginning is durable.
  ///
  /// @return how much was done
  int doWork() {
    if (!isBegun || scan.hasFailed() || rewriting.hasFailed()) {
      return begin();
    }
    int work = rewriting.doWork();
    while (!blocks.isComplete() && scan.next()) {
      blocks.add(scan.start(), scan.end(), scan.isUnmapped());
      work++;
    }
    if (scan.isDone() && !blocks.isComplete()) {
      blocks.complete();
      work++;
    }
    if (blocks.isComplete() && rewriting.isDone() && !isLevel && store.level(primary.id())) {
      isLevel = true;
      work++;
    }
    return work;
  }

  private int begin() {
    if (isBegun) {
      // What could not be read may be readable again: others serve meanwhile if they can.
      return 0;
    }
    isBegun = true;
    scan = store.diverged(primary.id(), prefix);
    return 1;
  }

  boolean isDone() {
    return isLevel;
  }
}
