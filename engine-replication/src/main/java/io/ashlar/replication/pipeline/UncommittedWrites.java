package io.ashlar.replication.pipeline;

import io.ashlar.core.base.Check;
import org.agrona.BitUtil;

/// The ranges of writes that are sequenced and not on every replica yet, in their order.
final class UncommittedWrites {
  private final long[] froms;
  private final long[] ends;
  private final long[] lastIds;
  private final int mask;
  private long first;
  private long next;

  /// @param capacity how many at most, a power of two
  UncommittedWrites(int capacity) {
    Check.that(BitUtil.isPowerOfTwo(capacity), "a power of two", capacity);
    froms = new long[capacity];
    ends = new long[capacity];
    lastIds = new long[capacity];
    mask = capacity - 1;
  }

  /// How many more there is room for.
  int free() {
    return froms.length - (int) (next - first);
  }

  void add(long fromBlock, long endBlock, long lastId) {
    Check.that(free() > 0, "there is room for what is sequenced");
    int index = (int) next++ & mask;
    froms[index] = fromBlock;
    ends[index] = endBlock;
    lastIds[index] = lastId;
  }

  /// Forgets those up to `committed`.
  void committed(long committed) {
    while (first < next && lastIds[(int) first & mask] <= committed) {
      first++;
    }
  }

  /// The id of the last write that overlaps a range and is not above `durable`; 0 if there is none.
  long lastOver(long fromBlock, long endBlock, long durable) {
    long found = 0;
    for (long at = first; at < next && lastIds[(int) at & mask] <= durable; at++) {
      int index = (int) at & mask;
      if (froms[index] < endBlock && fromBlock < ends[index]) {
        found = lastIds[index];
      }
    }
    return found;
  }

  /// The first block of `[from, end)` that a write covers whose id is above `durable`; `end` if
  /// there is none.
  long nextAbove(long from, long end, long durable) {
    long found = end;
    for (long at = next - 1; at >= first && lastIds[(int) at & mask] > durable; at--) {
      int index = (int) at & mask;
      if (froms[index] < found && from < ends[index]) {
        found = Math.max(from, froms[index]);
      }
    }
    return found;
  }

  /// The block after the last one of such a write that covers `block`; `block` if none does.
  long endAbove(long block, long durable) {
    long found = block;
    for (long at = next - 1; at >= first && lastIds[(int) at & mask] > durable; at--) {
      int index = (int) at & mask;
      if (froms[index] <= block && block < ends[index]) {
        found = Math.max(found, ends[index]);
      }
    }
    return found;
  }
}
