package io.ashlar.core.offline;

import io.ashlar.core.format.EntryFlyweight;
import io.ashlar.core.format.PageCodec;
import java.util.ArrayList;
import java.util.List;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/// The newest known version of each of a leaf's 128 blocks, and further places of that version: the
/// cleaner's copies.
final class LeafVersions {
  /// A copy of a block at another place.
  private record Copy(int slot, UnsafeBuffer entry) {}

  private final UnsafeBuffer entries = new UnsafeBuffer(new byte[PageCodec.PAGE_BYTES]);
  private final List<Copy> copies = new ArrayList<>(0);
  private final EntryFlyweight present = new EntryFlyweight();
  private final EntryFlyweight copy = new EntryFlyweight();
  private boolean certain;

  /// Takes what the tree has: from here on only what the checkpoint does not hold counts as news.
  void fromTree(DirectBuffer page) {
    entries.putBytes(0, page, 0, PageCodec.PAGE_BYTES);
    certain = true;
  }

  /// The tree has nothing there.
  void absentInTree() {
    certain = true;
  }

  /// The tree has everything unmapped.
  void unmappedInTree(int layer, long writeId) {
    for (int slot = 0; slot < PageCodec.SLOTS; slot++) {
      entry(slot).tombstone(layer, writeId);
    }
    certain = true;
  }

  /// Whether the tree could be read, so that what is not known here was never written.
  boolean isCertain() {
    return certain;
  }

  /// Takes a version that the layer itself wrote or moved.
  ///
  /// @param isNews whether the checkpoint does not hold it
  void consider(int slot, EntryFlyweight found, boolean isNews) {
    entry(slot);
    if (found.writeId() > present.writeId() && (isNews || !certain)) {
      present.copyFrom(found);
    } else {
      considerCopy(slot, found);
    }
  }

  /// Takes a place of a version; it counts only if that version is the newest.
  void considerCopy(int slot, EntryFlyweight found) {
    entry(slot);
    boolean isSame =
        found.isStored()
            && found.writeId() == present.writeId()
            && found.owner() == present.owner()
            && !found.isAt(present.address(), present.generation());
    if (isSame) {
      UnsafeBuffer bytes = new UnsafeBuffer(new byte[EntryFlyweight.BYTES]);
      found.copyTo(bytes, 0);
      copies.add(new Copy(slot, bytes));
    }
  }

  /// The block's newest version; absent if none is known. Good until the next call.
  EntryFlyweight entry(int slot) {
    return present.wrap(entries, slot * EntryFlyweight.BYTES);
  }

  /// Tries one place after the other until one holds what it should.
  ///
  /// @return whether one did
  boolean read(int slot, BlockRead read) {
    entry(slot);
    if (read.tryPlace(present)) {
      return true;
    }
    long writeId = present.writeId();
    int owner = present.owner();
    for (Copy each : copies) {
      copy.wrap(each.entry, 0);
      if (each.slot == slot
          && copy.writeId() == writeId
          && copy.owner() == owner
          && read.tryPlace(copy)) {
        return true;
      }
    }
    return false;
  }

  /// Reads a block from where an entry says.
  interface BlockRead {
    boolean tryPlace(EntryFlyweight entry);
  }
}
