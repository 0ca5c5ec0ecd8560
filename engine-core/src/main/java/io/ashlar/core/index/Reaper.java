package io.ashlar.core.index;

import io.ashlar.core.base.Check;
import io.ashlar.core.format.EntryFlyweight;
import io.ashlar.core.format.PageCodec;
import io.ashlar.core.format.PointerFlyweight;

/// Walks unlinked subtrees in the background and takes their pages and blocks off the ledger.
///
/// Progress is by whole pages: in one step a page leaves the list and the ledger, with its blocks
/// if it is a leaf, and its children enter the list. So at any instant what is on the list, with
/// all that lies below, is exactly what the ledger counts for it. A checkpoint takes both at one
/// instant, and a crash takes both back to it: a page is walked again only if it is counted again.
/// Pages and blocks of other layers are not counted here, and not followed: their owners' trees
/// have them.
final class Reaper {
  private static final int ATTEMPTS_MAX = 3;

  /// Loads that are left to lookups.
  private static final int LOADS_SPARED = 1;

  /// A walk that is under way.
  private static final class Walk {
    final ReapEntry entry = new ReapEntry();
    int frame = PageCache.NONE;
    int attempts;
  }

  private final ReapList list;
  private final PageCache cache;
  private final SpaceLedger ledger;
  private final IndexStatistics statistics;
  private final Walk[] walks = new Walk[IndexOptions.REAPS_IN_FLIGHT];
  private final EntryFlyweight block = new EntryFlyweight();
  private final PointerFlyweight child = new PointerFlyweight();
  private int inFlight;
  private int innerInFlight;

  Reaper(ReapList list, PageCache cache, SpaceLedger ledger, IndexStatistics statistics) {
    this.list = list;
    this.cache = cache;
    this.ledger = ledger;
    this.statistics = statistics;
    for (int index = 0; index < walks.length; index++) {
      walks[index] = new Walk();
    }
  }

  int count() {
    return list.size() + inFlight;
  }

  void get(int index, ReapEntry out) {
    Check.that(index >= 0 && index < count(), "an entry of the reap list", index);
    if (index < list.size()) {
      list.get(index, out);
      return;
    }
    ReapEntry entry = walks[index - list.size()].entry;
    out.layer = entry.layer;
    out.level = entry.level;
    out.page = entry.page;
    out.pointer.copyFrom(entry.pointer);
  }

  /// Finishes at most `budget` pages and starts to load more.
  int step(int budget) {
    int done = 0;
    for (int index = 0; index < inFlight && done < budget; ) {
      FrameState state = cache.state(walks[index].frame);
      if (state == FrameState.LOADING) {
        index++;
        continue;
      }
      Walk walk = end(index);
      if (state == FrameState.READY) {
        finish(walk);
      } else {
        giveBack(walk);
      }
      cache.unpin(walk.frame);
      cache.discardUnpinned(walk.frame);
      done++;
    }
    while (inFlight < walks.length && start()) {
      done++;
    }
    return done;
  }

  private boolean start() {
    if (list.size() == 0) {
      return false;
    }
    boolean isInner = list.topLevel() > 0;
    if (isInner && !list.hasRoomForChildrenOf(innerInFlight + 1)) {
      Check.that(inFlight > 0, "the reaper's reserve suffices", list.size());
      return false;
    }
    Walk walk = walks[inFlight];
    walk.attempts = list.pop(walk.entry);
    ReapEntry entry = walk.entry;
    int frame = cache.find(entry.pointer);
    if (frame == PageCache.NONE && cache.freeReads() > LOADS_SPARED) {
      frame = cache.load(entry.pointer, entry.layer, entry.level, entry.page);
    }
    if (frame == PageCache.NONE) {
      list.pushAgain(entry, walk.attempts);
      return false;
    }
    cache.pin(frame);
    walk.frame = frame;
    inFlight++;
    innerInFlight += isInner ? 1 : 0;
    return true;
  }

  /// Takes a walk out of those under way, the last one taking its place.
  private Walk end(int index) {
    Walk walk = walks[index];
    inFlight--;
    walks[index] = walks[inFlight];
    walks[inFlight] = walk;
    innerInFlight -= walk.entry.level > 0 ? 1 : 0;
    return walk;
  }

  private void finish(Walk walk) {
    ReapEntry entry = walk.entry;
    for (int slot = 0; slot < PageCodec.SLOTS; slot++) {
      if (entry.level == 0) {
        cache.entry(walk.frame, slot, block);
        if (block.isStored() && block.owner() == entry.layer) {
          ledger.treeRemoved(block.address(), block.generation(), block.units());
        }
      } else {
        cache.pointer(walk.frame, slot, child);
        if (child.isStored() && child.owner() == entry.layer) {
          list.push(entry.layer, entry.level - 1, entry.page * PageCodec.SLOTS + slot, child);
        }
      }
    }
    PointerFlyweight self = entry.pointer;
    ledger.treeRemoved(self.address(), self.generation(), self.units());
    statistics.subtreesReaped++;
  }

  /// A page that cannot be read is tried again after the others; then its subtree stays counted for
  /// ever, which wastes space and harms nobody.
  private void giveBack(Walk walk) {
    if (walk.attempts + 1 < ATTEMPTS_MAX) {
      list.pushLast(walk.entry, walk.attempts + 1);
    } else {
      statistics.subtreesLost++;
    }
  }
}
