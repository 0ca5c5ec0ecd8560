package io.ashlar.replication.pipeline;

import org.agrona.collections.LongArrayList;

/// Blocks of which a member has a version that is no part of the history, as it told of them: in
/// their order. There are few: no more than a primary may have under way.
final class DivergedBlocks {
  /// More than that is no tail of a primary that died.
  private static final int RANGES_MAX = 1 << 16;

  private final LongArrayList froms = new LongArrayList();
  private final LongArrayList ends = new LongArrayList();
  private final LongArrayList unmapped = new LongArrayList();
  private boolean isComplete;

  /// @return false if it makes no sense
  boolean add(long from, long end, boolean isUnmapped) {
    long last = size() == 0 ? 0 : ends.getLong(size() - 1);
    if (isComplete || from < last || end <= from || size() == RANGES_MAX) {
      return false;
    }
    froms.addLong(from);
    ends.addLong(end);
    unmapped.addLong(isUnmapped ? 1 : 0);
    return true;
  }

  /// All were told.
  void complete() {
    isComplete = true;
  }

  boolean isComplete() {
    return isComplete;
  }

  int size() {
    return froms.size();
  }

  long from(int index) {
    return froms.getLong(index);
  }

  long end(int index) {
    return ends.getLong(index);
  }

  /// Whether the member has all of it unmapped at once.
  boolean isUnmapped(int index) {
    return unmapped.getLong(index) != 0;
  }

  /// The first of the blocks in `[from, end)`; `end` if there is none.
  long next(long from, long end) {
    int index = firstEndingAfter(from);
    return index < size() ? Math.min(end, Math.max(from, from(index))) : end;
  }

  /// The block after the last of the range that covers `block`; `block` if none does.
  long endOf(long block) {
    int index = firstEndingAfter(block);
    return index < size() && from(index) <= block ? end(index) : block;
  }

  private int firstEndingAfter(long block) {
    int low = 0;
    int high = size();
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (end(middle) <= block) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }
}
