package io.ashlar.core.index;

import io.ashlar.core.base.Check;
import io.ashlar.core.format.EntryFlyweight;
import java.nio.ByteBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/// Receives the entries of a lookup. Allocated once by its owner and reused.
public final class EntryBatch {
  /// Most blocks of one lookup.
  public static final int BLOCKS_MAX = 256;

  final UnsafeBuffer entries =
      new UnsafeBuffer(ByteBuffer.allocateDirect(BLOCKS_MAX * EntryFlyweight.BYTES));

  /// After [LookupResult#DAMAGED]: where.
  final PagePlace damage = new PagePlace();

  int count;

  /// How many entries there are: as many as blocks were asked for.
  public int count() {
    return count;
  }

  /// Lets `entry` show the entry of the `index`-th block asked for, until the next lookup into this
  /// batch. Blocks never written are absent, unmapped ones absent or tombstones.
  public EntryFlyweight entry(int index, EntryFlyweight entry) {
    Check.that(index >= 0 && index < count, "an entry of the batch", index, count);
    return entry.wrap(entries, index * EntryFlyweight.BYTES);
  }

  /// After [LookupResult#DAMAGED]: the page that cannot be used.
  public PagePlace damage() {
    return damage;
  }
}
