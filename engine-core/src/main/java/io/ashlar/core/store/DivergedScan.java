package io.ashlar.core.store;

import io.ashlar.core.format.EntryFlyweight;
import io.ashlar.core.index.ChangedRun;
import io.ashlar.core.index.EntryBatch;
import io.ashlar.core.index.LookupResult;
import io.ashlar.core.index.Waiter;

/// Finds the blocks of a replica's volume whose present version is no part of the volume's history:
/// its primary died before the others had it. See [io.ashlar.core.volume.VolumeHistory#contains].
public final class DivergedScan extends Waiter {
  /// Blocks that one call looks at, so as to stay within a step's time.
  private static final int STEPS = 16;

  private final ReadPath path;
  private final LocalVolume volume;
  private final long since;
  private final ChangedRun run = new ChangedRun();
  private final EntryBatch batch = new EntryBatch();
  private final EntryFlyweight entry = new EntryFlyweight();
  private long next;
  private long start;
  private long end;
  private boolean isUnmapped;
  private boolean isDone;
  private boolean hasFailed;

  /// @param since up to where the volume's history and that of the primary are one
  DivergedScan(ReadPath path, LocalVolume volume, long since) {
    this.path = path;
    this.volume = volume;
    this.since = since;
  }

  /// Moves on to the next run of such blocks.
  ///
  /// @return whether there is one in hand; if not, it is at its end, or waits, or is to be asked
  ///   again
  public boolean next() {
    for (int step = 0; step < STEPS && !isDone && !hasFailed && !isWaiting(); step++) {
      if (search()) {
        return true;
      }
    }
    return false;
  }

  public boolean isDone() {
    return isDone;
  }

  /// Whether a page of the index cannot be read, or the volume is gone.
  public boolean hasFailed() {
    return hasFailed;
  }

  /// First block of the run in hand.
  public long start() {
    return start;
  }

  /// The block after its last.
  public long end() {
    return end;
  }

  /// Whether all of the run is unmapped here at once, so that it may be long.
  public boolean isUnmapped() {
    return isUnmapped;
  }

  @Override
  public void onIndexProgress() {
    // Whoever wants the next run asks for it.
  }

  private boolean search() {
    int layer = volume.layer();
    if (volume.isGone() || !path.index.hasLayer(layer)) {
      hasFailed = true;
      return false;
    }
    long size = path.index.blocks(layer);
    if (next >= size) {
      isDone = true;
      return false;
    }
    LookupResult result = path.index.changedRun(layer, next, size, since, run, this);
    if (result == LookupResult.DAMAGED) {
      path.health.indexDamaged(run.damage());
      hasFailed = true;
    }
    return result == LookupResult.FOUND && judge(layer);
  }

  private boolean judge(int layer) {
    isUnmapped = run.kind() == ChangedRun.Kind.UNMAPPED;
    if (run.kind() == ChangedRun.Kind.BLOCKS) {
      return judgeBlocks(layer);
    }
    next = run.end();
    start = run.start();
    end = run.end();
    return isUnmapped && !volume.history().contains(run.writeId());
  }

  private boolean judgeBlocks(int layer) {
    int count = (int) (run.end() - run.start());
    LookupResult result = path.index.lookup(layer, run.start(), count, batch, this);
    if (result == LookupResult.DAMAGED) {
      path.health.indexDamaged(batch.damage());
      hasFailed = true;
    }
    if (result != LookupResult.FOUND) {
      return false;
    }
    int from = 0;
    while (from < count && isPart(from)) {
      from++;
    }
    int to = from;
    while (to < count && !isPart(to)) {
      to++;
    }
    start = run.start() + from;
    end = run.start() + to;
    next = end;
    return to > from;
  }

  private boolean isPart(int index) {
    return volume.history().contains(batch.entry(index, entry).writeId());
  }
}
