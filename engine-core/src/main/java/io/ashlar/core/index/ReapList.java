package io.ashlar.core.index;

import io.ashlar.core.base.Check;
import io.ashlar.core.format.PointerFlyweight;
import java.nio.ByteBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/// Subtrees that were unlinked as a whole and are still counted, as a stack: depth first keeps it
/// short.
final class ReapList {
  private final int capacity;
  private final int reserve;
  private final int[] layers;
  private final byte[] levels;
  private final long[] pages;
  private final byte[] attempts;
  private final UnsafeBuffer pointers;
  private final PointerFlyweight view = new PointerFlyweight();
  private int size;

  ReapList(IndexOptions options) {
    capacity = options.reapMax();
    reserve = IndexOptions.REAP_RESERVE + options.layersMax();
    layers = new int[capacity];
    levels = new byte[capacity];
    pages = new long[capacity];
    attempts = new byte[capacity];
    pointers = new UnsafeBuffer(ByteBuffer.allocateDirect(capacity * PointerFlyweight.BYTES));
  }

  int size() {
    return size;
  }

  /// Whether one more subtree leaves the reaper and the removal of layers their reserve.
  boolean hasRoom() {
    return size < capacity - reserve;
  }

  /// Whether the children of so many pages fit.
  boolean hasRoomForChildrenOf(int innerPages) {
    return size + innerPages * 128 <= capacity;
  }

  void push(int layer, int level, long page, PointerFlyweight pointer) {
    Check.that(size < capacity, "room on the reap list", size);
    set(size++, layer, level, page, pointer);
    attempts[size - 1] = 0;
  }

  /// Puts back what [#pop] took.
  void pushAgain(ReapEntry entry, int attempt) {
    push(entry.layer, entry.level, entry.page, entry.pointer);
    attempts[size - 1] = (byte) attempt;
  }

  /// Puts a subtree behind all others, to be tried later.
  void pushLast(ReapEntry entry, int attempt) {
    Check.that(size < capacity, "room on the reap list", size);
    if (size > 0) {
      set(size, layers[0], levels[0], pages[0], pointers(0));
      attempts[size] = attempts[0];
    }
    set(0, entry.layer, entry.level, entry.page, entry.pointer);
    attempts[0] = (byte) attempt;
    size++;
  }

  int topLevel() {
    return levels[size - 1];
  }

  /// Takes the topmost subtree.
  ///
  /// @return how often it was tried in vain
  int pop(ReapEntry out) {
    size--;
    get(size, out);
    return attempts[size];
  }

  void get(int index, ReapEntry out) {
    out.layer = layers[index];
    out.level = levels[index];
    out.page = pages[index];
    out.pointer.copyFrom(pointers(index));
  }

  private PointerFlyweight pointers(int index) {
    return view.wrap(pointers, index * PointerFlyweight.BYTES);
  }

  private void set(int index, int layer, int level, long page, PointerFlyweight pointer) {
    layers[index] = layer;
    levels[index] = (byte) level;
    pages[index] = page;
    pointer.copyTo(pointers, index * PointerFlyweight.BYTES);
  }
}
