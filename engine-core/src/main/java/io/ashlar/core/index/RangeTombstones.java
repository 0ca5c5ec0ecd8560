package io.ashlar.core.index;

import io.ashlar.core.base.Check;
import java.util.Arrays;

/// Unmapped ranges of one generation of the delta table, as pieces that do not overlap, sorted by
/// layer and block. Where ranges overlap the higher write id holds. A huge unmap costs one piece,
/// not memory per block.
final class RangeTombstones {
  static final int PIECE_BYTES = Integer.BYTES + 3 * Long.BYTES + 1;

  static final int NONE = -1;

  private final int capacity;
  private final int[] layers;
  private final long[] starts;
  private final long[] ends;
  private final long[] writeIds;
  private final boolean[] carried;
  private int size;

  // The pieces that take the place of those an insertion overlaps.
  private final long[] newStarts;
  private final long[] newEnds;
  private final long[] newWriteIds;
  private final boolean[] newCarried;
  private int newSize;

  /// Most pieces that `ranges` ranges make. Between the 2n ends of n ranges lie at most 2n - 1
  /// pieces. A merge over damaged pages may carry two pieces of each range into the next
  /// generation, for a range has two edges; these come on top of the next generation's own.
  static int piecesMax(int ranges) {
    return 6 * ranges;
  }

  RangeTombstones(int ranges) {
    capacity = piecesMax(ranges);
    layers = new int[capacity];
    starts = new long[capacity];
    ends = new long[capacity];
    writeIds = new long[capacity];
    carried = new boolean[capacity];
    newStarts = new long[capacity + 2];
    newEnds = new long[capacity + 2];
    newWriteIds = new long[capacity + 2];
    newCarried = new boolean[capacity + 2];
  }

  int size() {
    return size;
  }

  /// Whether there is memory for this many more ranges: each adds two pieces at most, itself and
  /// what it cuts off another.
  boolean hasRoom(int moreRanges) {
    return moreRanges <= (capacity - size) / 2;
  }

  long start(int piece) {
    return starts[piece];
  }

  long end(int piece) {
    return ends[piece];
  }

  long writeId(int piece) {
    return writeIds[piece];
  }

  /// How many pieces were carried over damaged pages.
  int carriedPieces() {
    int count = 0;
    for (int piece = 0; piece < size; piece++) {
      count += carried[piece] ? 1 : 0;
    }
    return count;
  }

  /// Copies the `index`-th carried piece.
  void carriedPiece(int index, CarriedRange out) {
    int left = index;
    for (int piece = 0; piece < size; piece++) {
      if (carried[piece] && left-- == 0) {
        out.layer = layers[piece];
        out.start = starts[piece];
        out.end = ends[piece];
        out.writeId = writeIds[piece];
        return;
      }
    }
    Check.that(false, "a carried range", index);
  }

  void clear() {
    size = 0;
  }

  /// The first piece of `layer` that ends after `lba`, or [#NONE].
  int firstAfter(int layer, long lba) {
    int piece = search(layer, lba);
    return piece < size && layers[piece] == layer ? piece : NONE;
  }

  /// Where the last piece of `layer` ends; 0 if it has none.
  long lastEnd(int layer) {
    int after = search(layer, Long.MAX_VALUE);
    return after > 0 && layers[after - 1] == layer ? ends[after - 1] : 0;
  }

  /// The write id as of which `lba` is unmapped; 0 if it is not.
  long writeIdAt(int layer, long lba) {
    if (size == 0) {
      return 0;
    }
    int piece = firstAfter(layer, lba);
    return piece != NONE && starts[piece] <= lba ? writeIds[piece] : 0;
  }

  /// The write id of the one piece that covers all of `[start, end)`; 0 if there is none.
  long writeIdCovering(int layer, long start, long end) {
    int piece = firstAfter(layer, start);
    return piece != NONE && starts[piece] <= start && ends[piece] >= end ? writeIds[piece] : 0;
  }

  /// Adds `[start, end)` as of `writeId`.
  void insert(int layer, long start, long end, long writeId) {
    insert(layer, start, end, writeId, false);
  }

  /// As [#insert], marked as carried where it holds.
  void insertCarried(int layer, long start, long end, long writeId) {
    insert(layer, start, end, writeId, true);
  }

  private void insert(int layer, long start, long end, long writeId, boolean isCarried) {
    Check.that(start < end, "a range has blocks", start, end);
    int first = search(layer, start);
    int after = first;
    newSize = 0;
    long at = start;
    for (; after < size && layers[after] == layer && starts[after] < end; after++) {
      if (at < starts[after]) {
        emit(at, starts[after], writeId, isCarried);
      }
      if (starts[after] < start) {
        emit(starts[after], start, writeIds[after], carried[after]);
      }
      long from = Math.max(starts[after], start);
      at = Math.min(ends[after], end);
      if (writeIds[after] > writeId) {
        emit(from, at, writeIds[after], carried[after]);
      } else {
        emit(from, at, writeId, isCarried);
      }
      if (ends[after] > end) {
        emit(end, ends[after], writeIds[after], carried[after]);
      }
    }
    if (at < end) {
      emit(at, end, writeId, isCarried);
    }
    replace(layer, first, after);
  }

  private void emit(long start, long end, long writeId, boolean isCarried) {
    int last = newSize - 1;
    if (last >= 0
        && newEnds[last] == start
        && newWriteIds[last] == writeId
        && newCarried[last] == isCarried) {
      newEnds[last] = end;
      return;
    }
    newStarts[newSize] = start;
    newEnds[newSize] = end;
    newWriteIds[newSize] = writeId;
    newCarried[newSize] = isCarried;
    newSize++;
  }

  private void replace(int layer, int first, int after) {
    int moved = first + newSize;
    Check.that(size - after + moved <= capacity, "range pieces fit", size - after + moved);
    int tail = size - after;
    System.arraycopy(layers, after, layers, moved, tail);
    System.arraycopy(starts, after, starts, moved, tail);
    System.arraycopy(ends, after, ends, moved, tail);
    System.arraycopy(writeIds, after, writeIds, moved, tail);
    System.arraycopy(carried, after, carried, moved, tail);
    Arrays.fill(layers, first, moved, layer);
    System.arraycopy(newStarts, 0, starts, first, newSize);
    System.arraycopy(newEnds, 0, ends, first, newSize);
    System.arraycopy(newWriteIds, 0, writeIds, first, newSize);
    System.arraycopy(newCarried, 0, carried, first, newSize);
    size = moved + tail;
  }

  /// The first piece of `layer` that ends after `lba`, else the first piece of a later layer.
  private int search(int layer, long lba) {
    int low = 0;
    int high = size;
    while (low < high) {
      int middle = (low + high) >>> 1;
      boolean isBefore = layers[middle] < layer || (layers[middle] == layer && ends[middle] <= lba);
      if (isBefore) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }
}
