package io.ashlar.core.index;

import io.ashlar.core.format.PointerFlyweight;
import org.jspecify.annotations.Nullable;

/// Walks from a layer's root down to a page. One walk at a time; its findings are in the fields
/// until the next.
final class TreeWalk {
  /// Where a walk ended.
  enum Outcome {
    /// At the page, or the pointer, that was asked for.
    FOUND,
    /// At an absent pointer: nothing was ever written below, or nothing as new as was asked for.
    ABSENT,
    /// At a tombstone for a whole subtree.
    TOMBSTONE,
    /// At a page of another layer: the walk goes on in that layer's tree.
    FOREIGN,
    /// At a page that is not in memory; it is being loaded if somebody waits for it.
    PENDING,
    /// At a page that is damaged.
    DAMAGED
  }

  /// FOUND: the frame of the page.
  int frame;

  /// FOUND: the pointer to the page.
  final PointerFlyweight pointer = new PointerFlyweight();

  /// ABSENT, TOMBSTONE: the level of the page that would be next, all of which is empty.
  int emptyLevel;

  /// TOMBSTONE: as of when.
  long tombstoneId;

  /// FOREIGN: whose page it is.
  int owner;

  /// DAMAGED: which page.
  final PagePlace damage = new PagePlace();

  private final PageCache cache;
  private final IndexStatistics statistics;

  /// Subtrees with nothing newer than this are not entered.
  private long since;

  TreeWalk(PageCache cache, IndexStatistics statistics) {
    this.cache = cache;
    this.statistics = statistics;
  }

  /// Walks the layer's tree to a page.
  ///
  /// @param waiter is woken if PENDING; where it is null, nothing is loaded
  Outcome findPage(Layer layer, int level, long page, @Nullable Waiter waiter) {
    Outcome outcome = findPointer(layer, level, page, waiter);
    return outcome == Outcome.FOUND ? fetch(layer.id, level, page, waiter) : outcome;
  }

  /// Walks the layer's tree to the pointer to a page, which may not be in memory itself.
  Outcome findPointer(Layer layer, int level, long page, @Nullable Waiter waiter) {
    pointer.wrap(layer.root);
    return descend(layer, layer.rootLevel, level, page, waiter);
  }

  /// As [#findPage] for a leaf, but ABSENT at the first page on the way below which nothing is
  /// newer than a write id.
  Outcome findChanged(Layer layer, long leaf, long newerThan, @Nullable Waiter waiter) {
    since = newerThan;
    Outcome outcome = findPage(layer, 0, leaf, waiter);
    since = 0;
    return outcome;
  }

  /// The highest level, up to [#emptyLevel], of a page above the leaf below which the delta table
  /// has no points; -1 if it has some in the leaf itself.
  int quietLevel(DeltaTable delta, int layer, long leaf) {
    for (int tried = emptyLevel; tried > 0; tried--) {
      long page = leaf >>> (7 * tried);
      if (!delta.active.filter.mayContain(layer, tried, page)
          && !delta.frozen.filter.mayContain(layer, tried, page)) {
        return tried;
      }
    }
    boolean isChanged =
        delta.active.find(layer, leaf) != DeltaGeneration.NONE
            || delta.frozen.find(layer, leaf) != DeltaGeneration.NONE;
    return isChanged ? -1 : 0;
  }

  /// As [#findPointer], in the tree that the merge under way has made of the layer.
  Outcome findMergedPointer(Layer layer, int level, long page, Waiter waiter) {
    pointer.wrap(layer.mergedRoot);
    return descend(layer, layer.mergedLevel, level, page, waiter);
  }

  private Outcome descend(
      Layer layer, int rootLevel, int level, long page, @Nullable Waiter waiter) {
    if (pointer.isInherited()) {
      owner = pointer.owner();
      return Outcome.FOREIGN;
    }
    if (pointer.isAbsent()) {
      emptyLevel = IndexOptions.LEVELS_MAX - 1;
      return Outcome.ABSENT;
    }
    if (level > rootLevel || page >>> (7 * (rootLevel - level)) != 0) {
      emptyLevel = levelBeyond(level, page);
      return Outcome.ABSENT;
    }
    for (int at = rootLevel; ; at--) {
      Outcome outcome = judge(layer.id, at);
      if (outcome != Outcome.FOUND || at == level) {
        return outcome;
      }
      outcome = fetch(layer.id, at, page >>> (7 * (at - level)), waiter);
      if (outcome != Outcome.FOUND) {
        return outcome;
      }
      int slot = (int) (page >>> (7 * (at - 1 - level))) & 127;
      cache.pointer(frame, slot, pointer);
    }
  }

  /// The highest level of a page above `page` that is not the first of its level: where `page` is
  /// beyond what the root covers, so is all of that.
  private static int levelBeyond(int level, long page) {
    int beyond = level;
    while (page >>> (7 * (beyond + 1 - level)) != 0) {
      beyond++;
    }
    return beyond;
  }

  /// What the pointer to a page of level `at` is.
  private Outcome judge(int layerId, int at) {
    emptyLevel = at;
    if (pointer.isTombstone()) {
      tombstoneId = pointer.writeId();
      return Outcome.TOMBSTONE;
    }
    if (!pointer.isStored()) {
      return Outcome.ABSENT;
    }
    owner = pointer.owner();
    if (owner != layerId) {
      return Outcome.FOREIGN;
    }
    return pointer.writeId() > since ? Outcome.FOUND : Outcome.ABSENT;
  }

  /// Finds the page that the pointer points to in memory, or starts to load it.
  private Outcome fetch(int layerId, int level, long page, @Nullable Waiter waiter) {
    frame = cache.find(pointer);
    if (frame == PageCache.NONE) {
      if (waiter == null) {
        return Outcome.PENDING;
      }
      statistics.pageMisses++;
      frame = cache.load(pointer, layerId, level, page);
      if (frame == PageCache.NONE) {
        cache.awaitRoom(waiter);
      } else {
        cache.await(frame, waiter);
      }
      return Outcome.PENDING;
    }
    return switch (cache.state(frame)) {
      case READY -> {
        cache.touch(frame);
        statistics.pageHits++;
        yield Outcome.FOUND;
      }
      case LOADING -> {
        if (waiter != null) {
          cache.await(frame, waiter);
        }
        yield Outcome.PENDING;
      }
      case FREE, DAMAGED -> {
        cache.place(frame, damage);
        yield Outcome.DAMAGED;
      }
    };
  }
}
