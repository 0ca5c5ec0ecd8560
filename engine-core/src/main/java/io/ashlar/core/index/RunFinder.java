package io.ashlar.core.index;

import io.ashlar.core.format.EntryFlyweight;
import io.ashlar.core.format.PageCodec;
import java.nio.ByteBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/// Finds how far blocks are alike, mapped or not. Where the tree has nothing and the delta table
/// has no points, whole subtrees are skipped.
final class RunFinder {
  /// How many leaves or subtrees one call looks at, to stay within a step's time.
  private static final int VISITS_MAX = 256;

  private static final int UNMAPPED = 0;
  private static final int MAPPED = 1;
  private static final int UNKNOWN = -1;

  private final DeltaTable delta;
  private final TreeWalk walk;
  private final LeafLookup lookup;
  private final UnsafeBuffer entries =
      new UnsafeBuffer(ByteBuffer.allocateDirect(PageCodec.PAGE_BYTES));
  private final EntryFlyweight entry = new EntryFlyweight();
  private final PagePlace damage = new PagePlace();

  private long at;
  private int kind;

  RunFinder(DeltaTable delta, TreeWalk walk, LeafLookup lookup) {
    this.delta = delta;
    this.walk = walk;
    this.lookup = lookup;
  }

  LookupResult find(Layer layer, long lba, long blocksMax, MappedRun out, Waiter waiter) {
    long end = lba + blocksMax;
    at = lba;
    kind = UNKNOWN;
    LookupResult result = LookupResult.FOUND;
    for (int visit = 0; visit < VISITS_MAX && at < end && result == LookupResult.FOUND; visit++) {
      // Only the first block is worth waiting for: a run may end early.
      result = advance(layer, at == lba ? waiter : null);
      if (result == LookupResult.FOUND && atChange) {
        break;
      }
    }
    if (at == lba) {
      out.damage.set(damage);
      return result;
    }
    out.mapped = kind == MAPPED;
    out.blocks = Math.min(at, end) - lba;
    return LookupResult.FOUND;
  }

  private boolean atChange;

  /// Moves on over one empty subtree, or over one leaf or its part that is alike.
  private LookupResult advance(Layer layer, @Nullable Waiter waiter) {
    atChange = false;
    long leaf = at / PageCodec.SLOTS;
    // No waiting here: the delta table may know without the tree.
    TreeWalk.Outcome outcome = walk.findPage(layer, 0, leaf, null);
    if (outcome == TreeWalk.Outcome.ABSENT || outcome == TreeWalk.Outcome.TOMBSTONE) {
      int level = walk.quietLevel(delta, layer.id, leaf);
      if (level >= 0) {
        skip(((leaf >>> (7 * level)) + 1) << (7 * (level + 1)));
        return LookupResult.FOUND;
      }
    }
    int from = (int) (at % PageCodec.SLOTS);
    LookupResult result = lookup.into(entries, 0).find(layer, leaf, from, PageCodec.SLOTS, waiter);
    if (result == LookupResult.FOUND) {
      take(PageCodec.SLOTS - from);
    } else if (result == LookupResult.DAMAGED) {
      damage.set(lookup.damage);
    }
    return result;
  }

  private void skip(long until) {
    if (kind == MAPPED) {
      atChange = true;
      return;
    }
    kind = UNMAPPED;
    at = until;
  }

  private void take(int count) {
    for (int index = 0; index < count; index++) {
      entry.wrap(entries, index * EntryFlyweight.BYTES);
      int here = entry.isMapped() ? MAPPED : UNMAPPED;
      if (kind == UNKNOWN) {
        kind = here;
      }
      if (kind != here) {
        atChange = true;
        return;
      }
      at++;
    }
  }
}
