package io.ashlar.core.index;

import io.ashlar.core.format.EntryFlyweight;
import io.ashlar.core.format.PageCodec;
import java.nio.ByteBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/// Finds blocks whose entries are newer than a write id. What a tree's pointers say of the highest
/// id below them lets it pass over whatever did not change without reading it, and what was
/// unmapped at once is found at once.
final class ChangeFinder {
  /// How many leaves or subtrees one call looks at, to stay within a step's time.
  private static final int VISITS_MAX = 256;

  private final DeltaTable delta;
  private final TreeWalk walk;
  private final LeafLookup lookup;
  private final UnsafeBuffer entries =
      new UnsafeBuffer(ByteBuffer.allocateDirect(PageCodec.PAGE_BYTES));
  private final EntryFlyweight entry = new EntryFlyweight();

  private long since;
  private long end;
  private ChangedRun out = new ChangedRun();

  ChangeFinder(DeltaTable delta, TreeWalk walk, LeafLookup lookup) {
    this.delta = delta;
    this.walk = walk;
    this.lookup = lookup;
  }

  /// @param from the first block to look at
  /// @param to the block after the last
  /// @param newerThan a write id
  LookupResult find(
      Layer layer, long from, long to, long newerThan, ChangedRun run, Waiter waiter) {
    since = newerThan;
    end = to;
    out = run;
    out.set(ChangedRun.Kind.UNCHANGED, from, from, 0);
    for (int visit = 0; visit < VISITS_MAX && out.end < end; visit++) {
      boolean isFirst = out.end == from;
      LookupResult result = advance(layer, isFirst ? waiter : null);
      if (result != LookupResult.FOUND) {
        return isFirst ? result : LookupResult.FOUND;
      }
      if (out.kind != ChangedRun.Kind.UNCHANGED) {
        break;
      }
    }
    return LookupResult.FOUND;
  }

  /// Looks at one subtree without changes of single blocks, or at one leaf.
  private LookupResult advance(Layer layer, @Nullable Waiter waiter) {
    long leaf = out.end / PageCodec.SLOTS;
    TreeWalk.Outcome outcome = walk.findChanged(layer, leaf, since, waiter);
    switch (outcome) {
      case ABSENT, TOMBSTONE -> {
        int level = walk.quietLevel(delta, layer.id, leaf);
        if (level >= 0) {
          long as = outcome == TreeWalk.Outcome.TOMBSTONE ? walk.tombstoneId : 0;
          takeSubtree(layer.id, as, ((leaf >>> (7 * level)) + 1) << (7 * (level + 1)));
          return LookupResult.FOUND;
        }
      }
      case PENDING -> {
        return LookupResult.PENDING;
      }
      case DAMAGED -> {
        out.damage.set(walk.damage);
        return LookupResult.DAMAGED;
      }
      case FOUND, FOREIGN -> {}
    }
    int slot = (int) (out.end % PageCodec.SLOTS);
    LookupResult result = lookup.into(entries, 0).find(layer, leaf, slot, PageCodec.SLOTS, waiter);
    if (result == LookupResult.FOUND) {
      takeLeaf(PageCodec.SLOTS - slot);
    } else if (result == LookupResult.DAMAGED) {
      out.damage.set(lookup.damage);
    }
    return result;
  }

  /// Takes blocks up to `until` of which the tree says the same, as far as the unmapped ranges of
  /// the delta table do so too.
  private void takeSubtree(int layer, long treeId, long until) {
    long at = out.end;
    long newest = treeId;
    long same = Math.min(until, end);
    for (int i = 0; i < 2; i++) {
      RangeTombstones ranges = (i == 0 ? delta.frozen : delta.active).ranges;
      int piece = ranges.firstAfter(layer, at);
      if (piece != RangeTombstones.NONE) {
        boolean covers = ranges.start(piece) <= at;
        newest = covers ? Math.max(newest, ranges.writeId(piece)) : newest;
        same = Math.min(same, covers ? ranges.end(piece) : ranges.start(piece));
      }
    }
    boolean isNewer = newest > since;
    ChangedRun.Kind kind = isNewer ? ChangedRun.Kind.UNMAPPED : ChangedRun.Kind.UNCHANGED;
    out.set(kind, isNewer ? at : out.start, same, newest);
  }

  /// Takes the first run of changed blocks among the leaf's entries.
  private void takeLeaf(int count) {
    long first = out.end;
    int limit = (int) Math.min(count, end - first);
    int at = 0;
    while (at < limit && idOf(at) <= since) {
      at++;
    }
    if (at == limit) {
      out.set(ChangedRun.Kind.UNCHANGED, out.start, first + limit, 0);
      return;
    }
    int from = at;
    long unmappedId = unmappedId(from);
    boolean isRange = from + 1 < limit && unmappedId != 0 && unmappedId(from + 1) == unmappedId;
    if (isRange) {
      while (at < limit && unmappedId(at) == unmappedId) {
        at++;
      }
      out.set(ChangedRun.Kind.UNMAPPED, first + from, first + at, unmappedId);
      return;
    }
    while (at < limit && idOf(at) > since && !beginsRange(at, limit)) {
      at++;
    }
    out.set(ChangedRun.Kind.BLOCKS, first + from, first + at, 0);
  }

  private boolean beginsRange(int at, int limit) {
    long unmappedId = unmappedId(at);
    return unmappedId != 0 && at + 1 < limit && unmappedId(at + 1) == unmappedId;
  }

  private long idOf(int index) {
    return entry.wrap(entries, index * EntryFlyweight.BYTES).writeId();
  }

  /// The id of a tombstone; 0 of anything else.
  private long unmappedId(int index) {
    entry.wrap(entries, index * EntryFlyweight.BYTES);
    return entry.isTombstone() ? entry.writeId() : 0;
  }
}
