package io.ashlar.core.index;

import io.ashlar.core.format.EntryFlyweight;
import io.ashlar.core.format.PageCodec;
import java.util.Arrays;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/// Finds the entries of blocks of one leaf: what the delta table knows for certain, then the tree.
/// A leaf that belongs to the layer's ancestor is asked for there, delta table first.
final class LeafLookup {
  private static final int NONE = -1;

  /// The winner is a range, not a point.
  private static final int RANGE = -2;

  /// Marks points of the active generation; those of the frozen one are plain.
  private static final int ACTIVE = 1 << 30;

  /// After DAMAGED: which page.
  final PagePlace damage = new PagePlace();

  private final DeltaTable delta;
  private final TreeWalk walk;
  private final PageCache cache;
  private final LayerTable layers;

  private final boolean[] resolved = new boolean[PageCodec.SLOTS];
  private final long[] bestId = new long[PageCodec.SLOTS];
  private final int[] best = new int[PageCodec.SLOTS];
  private final int[] pending = new int[PageCodec.SLOTS];
  private final EntryFlyweight entry = new EntryFlyweight();
  private final EntryFlyweight result = new EntryFlyweight();

  private int from;
  private int to;
  private int unresolved;
  private UnsafeBuffer out = new UnsafeBuffer(0, 0);
  private int outOffset;

  LeafLookup(DeltaTable delta, TreeWalk walk, PageCache cache, LayerTable layers) {
    this.delta = delta;
    this.walk = walk;
    this.cache = cache;
    this.layers = layers;
  }

  /// Says where the next [#find] is to write: entries of `[from, to)` of the leaf, one after
  /// another.
  LeafLookup into(UnsafeBuffer target, int offset) {
    out = target;
    outOffset = offset;
    return this;
  }

  /// Finds the entries of blocks `[from, to)` of a leaf.
  LookupResult find(Layer layer, long leaf, int from, int to, @Nullable Waiter waiter) {
    this.from = from;
    this.to = to;
    unresolved = to - from;
    Arrays.fill(resolved, from, to, false);
    Layer at = layer;
    while (true) {
      overlay(at.id, leaf);
      if (unresolved == 0) {
        return LookupResult.FOUND;
      }
      switch (walk.findPage(at, 0, leaf, waiter)) {
        case FOUND -> {
          takeFromPage(at.id);
          return LookupResult.FOUND;
        }
        case ABSENT -> {
          takeNothing(0, at.id);
          return LookupResult.FOUND;
        }
        case TOMBSTONE -> {
          takeNothing(walk.tombstoneId, at.id);
          return LookupResult.FOUND;
        }
        case FOREIGN -> {
          voidPending();
          at = layers.referenced(walk.owner);
        }
        case PENDING -> {
          return LookupResult.PENDING;
        }
        case DAMAGED -> {
          damage.set(walk.damage);
          return LookupResult.DAMAGED;
        }
      }
    }
  }

  /// What the leaf says of a relocation, if it is in memory.
  Relocation askLeaf(Layer in, long lba, long writeId) {
    return switch (walk.findPage(in, 0, lba / PageCodec.SLOTS, null)) {
      case FOUND -> {
        cache.entry(walk.frame, (int) (lba % PageCodec.SLOTS), entry);
        boolean isSame = entry.writeId() == writeId && entry.owner() == in.id;
        yield isSame ? Relocation.APPLIED : Relocation.VOID;
      }
      case ABSENT, TOMBSTONE, FOREIGN -> Relocation.VOID;
      case PENDING, DAMAGED -> Relocation.UNKNOWN;
    };
  }

  /// Resolves what the delta table knows of the layer's blocks.
  private void overlay(int layer, long leaf) {
    Arrays.fill(bestId, from, to, 0);
    Arrays.fill(best, from, to, NONE);
    Arrays.fill(pending, from, to, NONE);
    consider(delta.frozen, layer, leaf, 0);
    consider(delta.active, layer, leaf, ACTIVE);
    for (int slot = from; slot < to; slot++) {
      if (best[slot] == RANGE) {
        emit(slot).tombstone(layer, bestId[slot]);
      } else if (best[slot] != NONE) {
        emit(slot).copyFrom(entryOf(best[slot]));
      }
    }
  }

  private void consider(DeltaGeneration generation, int layer, long leaf, int mark) {
    if (generation.ranges.size() > 0) {
      considerRanges(generation.ranges, layer, DeltaGeneration.firstBlock(leaf));
    }
    int leafRecord = generation.find(layer, leaf);
    if (leafRecord == DeltaGeneration.NONE) {
      return;
    }
    if (to - from == 1) {
      int point = generation.point(leafRecord, from);
      if (point != DeltaGeneration.NONE) {
        consider(generation, point, mark);
      }
      return;
    }
    for (int point = generation.first(leafRecord);
        point != DeltaGeneration.NONE;
        point = generation.next(point)) {
      int slot = generation.slot(point);
      if (slot >= from && slot < to) {
        consider(generation, point, mark);
      }
    }
  }

  private void consider(DeltaGeneration generation, int point, int mark) {
    int slot = generation.slot(point);
    if (resolved[slot] || generation.has(point, DeltaGeneration.VOID)) {
      return;
    }
    long writeId = generation.entry(point, entry).writeId();
    if (!generation.has(point, DeltaGeneration.UNVERIFIED)) {
      if (writeId >= bestId[slot]) {
        bestId[slot] = writeId;
        best[slot] = point | mark;
      }
    } else if (best[slot] == NONE) {
      pending[slot] = point | mark;
    } else if (writeId == bestId[slot]) {
      best[slot] = point | mark;
    }
  }

  private void considerRanges(RangeTombstones ranges, int layer, long firstBlock) {
    for (int slot = from; slot < to; slot++) {
      long writeId = resolved[slot] ? 0 : ranges.writeIdAt(layer, firstBlock + slot);
      if (writeId > bestId[slot]) {
        bestId[slot] = writeId;
        best[slot] = RANGE;
      }
    }
  }

  /// Resolves the rest from the leaf, which decides about relocations that are not verified.
  private void takeFromPage(int layer) {
    for (int slot = from; slot < to; slot++) {
      if (!resolved[slot]) {
        cache.entry(walk.frame, slot, entry);
        boolean isMoved =
            pending[slot] != NONE && isOf(layer, entry.writeId(), pending[slot], entry.owner());
        emit(slot)
            .copyFrom(isMoved ? entryOf(pending[slot]) : cache.entry(walk.frame, slot, entry));
      }
    }
  }

  /// Verifies or voids a pending relocation against what the tree has.
  private boolean isOf(int layer, long treeWriteId, int pendingPoint, int treeOwner) {
    DeltaGeneration generation = generationOf(pendingPoint);
    int point = pendingPoint & ~ACTIVE;
    if (treeOwner == layer && entryOf(pendingPoint).writeId() == treeWriteId) {
      delta.verify(generation, point);
      return true;
    }
    delta.makeVoid(generation, point);
    return false;
  }

  private void takeNothing(long tombstoneId, int layer) {
    voidPending();
    for (int slot = from; slot < to; slot++) {
      if (resolved[slot]) {
        continue;
      }
      if (tombstoneId == 0) {
        emit(slot).clear();
      } else {
        emit(slot).tombstone(layer, tombstoneId);
      }
    }
  }

  private void voidPending() {
    for (int slot = from; slot < to; slot++) {
      if (!resolved[slot] && pending[slot] != NONE) {
        delta.makeVoid(generationOf(pending[slot]), pending[slot] & ~ACTIVE);
      }
    }
  }

  private EntryFlyweight emit(int slot) {
    resolved[slot] = true;
    unresolved--;
    return result.wrap(out, outOffset + (slot - from) * EntryFlyweight.BYTES);
  }

  private EntryFlyweight entryOf(int markedPoint) {
    return generationOf(markedPoint).entry(markedPoint & ~ACTIVE, entry);
  }

  private DeltaGeneration generationOf(int markedPoint) {
    return (markedPoint & ACTIVE) != 0 ? delta.active : delta.frozen;
  }
}
