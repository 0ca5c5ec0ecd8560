package io.ashlar.core.index;

import io.ashlar.core.format.EntryFlyweight;
import io.ashlar.core.format.PageCodec;
import io.ashlar.core.format.PointerFlyweight;
import java.nio.ByteBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/// The page of one level that a merge is working on: a copy in memory, to be changed.
final class MergeFrame {
  /// What is to be done with the page next.
  enum Phase {
    /// Find out what it holds: nothing, one tombstone, or a page that must be read.
    ENTERING,
    /// Change what the frozen generation says; for an inner page, by going down to its children.
    DESCENDING,
    /// The page is damaged: keep what was to be merged below it in memory.
    CARRYING,
    /// Write it, if it changed.
    WRITING
  }

  final int level;
  final UnsafeBuffer page = new UnsafeBuffer(ByteBuffer.allocateDirect(PageCodec.PAGE_BYTES));

  /// What the parent says of the page.
  final PointerFlyweight source = new PointerFlyweight();

  /// Where the page is read from: `source`, or what its owner's tree says.
  final PointerFlyweight stored = new PointerFlyweight();

  Phase phase = Phase.ENTERING;
  long number;

  /// Inner pages: the first slot that was not visited yet.
  int nextSlot;

  /// Whether the page differs from what was read.
  boolean isChanged;

  /// Whether `source` is no longer what the parent says, but a tombstone over all of it.
  boolean isReplaced;

  /// Whether slot 0 is to be visited in any case: the tree's old root is still further down.
  boolean isAboveOldRoot;

  /// The cache's frame that holds the page, pinned, or [PageCache#NONE].
  int pinned = PageCache.NONE;

  private final PointerFlyweight pointer = new PointerFlyweight();
  private final EntryFlyweight entry = new EntryFlyweight();

  MergeFrame(int level) {
    this.level = level;
    UnsafeBuffer pointers = new UnsafeBuffer(ByteBuffer.allocateDirect(2 * PointerFlyweight.BYTES));
    source.wrap(pointers, 0);
    stored.wrap(pointers, PointerFlyweight.BYTES);
  }

  void begin(long pageNumber, PointerFlyweight from) {
    number = pageNumber;
    source.copyFrom(from);
    nextSlot = 0;
    isChanged = false;
    isReplaced = false;
    isAboveOldRoot = false;
    phase = Phase.ENTERING;
  }

  void phase(Phase next) {
    phase = next;
  }

  long firstLeaf() {
    return number << (7 * level);
  }

  /// The first leaf after the page.
  long endLeaf() {
    return (number + 1) << (7 * level);
  }

  long firstBlock() {
    return DeltaGeneration.firstBlock(firstLeaf());
  }

  /// The first block after the page.
  long endBlock() {
    return DeltaGeneration.firstBlock(endLeaf());
  }

  /// How many leaves one slot covers.
  long slotLeaves() {
    return 1L << (7 * (level - 1));
  }

  PointerFlyweight pointer(int slot) {
    return pointer.wrap(page, slot * PageCodec.SLOT_BYTES);
  }

  EntryFlyweight entry(int slot) {
    return entry.wrap(page, slot * PageCodec.SLOT_BYTES);
  }

  /// Makes the page what a pointer without a page stands for.
  void fill(int layer) {
    page.setMemory(0, PageCodec.PAGE_BYTES, (byte) 0);
    if (!source.isTombstone()) {
      return;
    }
    for (int slot = 0; slot < PageCodec.SLOTS; slot++) {
      if (level == 0) {
        entry(slot).tombstone(layer, source.writeId());
      } else {
        pointer(slot).tombstone(layer, source.writeId());
      }
    }
  }

  /// Makes all pointers of a page that was copied from another layer refer to that layer, not to
  /// its ancestors: it may hold changes in memory that its tree does not have yet.
  void referTo(int owner) {
    for (int slot = 0; slot < PageCodec.SLOTS; slot++) {
      PointerFlyweight child = pointer(slot);
      if (child.isStored()) {
        child.summary(owner, child.writeId(), child.present());
      }
    }
  }

  /// The highest write id in or below the page.
  long highestWriteId() {
    long highest = 0;
    for (int slot = 0; slot < PageCodec.SLOTS; slot++) {
      highest = Math.max(highest, page.getLong(slot * PageCodec.SLOT_BYTES));
    }
    return highest;
  }

  /// Entries in or below the page that are not absent.
  long countPresent() {
    if (level == 0) {
      return PageCodec.countPresent(page);
    }
    long present = 0;
    for (int slot = 0; slot < PageCodec.SLOTS; slot++) {
      present += pointer(slot).present();
    }
    return present;
  }

  /// The write id of the tombstone that all slots are; 0 if they are not all the same one.
  long commonTombstone() {
    long writeId = page.getLong(0);
    for (int slot = 0; slot < PageCodec.SLOTS; slot++) {
      boolean isTombstone = level == 0 ? entry(slot).isTombstone() : pointer(slot).isTombstone();
      if (!isTombstone || page.getLong(slot * PageCodec.SLOT_BYTES) != writeId) {
        return 0;
      }
    }
    return writeId;
  }
}
