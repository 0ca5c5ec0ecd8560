package io.ashlar.core.offline;

import io.ashlar.core.format.PageCodec;
import io.ashlar.core.format.PointerFlyweight;
import io.ashlar.core.format.Sectors;
import io.ashlar.core.format.Superblock.LaneGeometry;
import java.util.Map;
import java.util.TreeMap;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/// Reads the trees that a checkpoint names, straight from the device. Needs neither memory for an
/// index nor an order of calls; what is damaged is told and the rest goes on.
final class TreeReader {
  /// What became of a search.
  enum Outcome {
    /// The page is in [TreeReader#page].
    FOUND,
    /// Nothing was ever written there.
    ABSENT,
    /// Everything there is unmapped, as of [TreeReader#tombstoneId].
    UNMAPPED,
    /// It, or a page on the way to it, is not what was written.
    DAMAGED
  }

  /// Hears of a layer's leaves.
  interface LeafVisitor {
    /// A leaf that is stored.
    void onLeaf(long leaf);

    /// Leaves of which nobody knows whether they are stored.
    void onDamaged(long firstLeaf, long leaves);
  }

  /// A root as the checkpoint has it.
  record Root(int level, UnsafeBuffer pointer) {}

  private static final int LEVEL_BITS = 7;

  private final DeviceReader reader;
  private final LaneGeometry geometry;
  private final PageCodec codec;
  private final Map<Integer, Root> roots = new TreeMap<>();
  private final UnsafeBuffer page = new UnsafeBuffer(new byte[PageCodec.PAGE_BYTES]);
  private final PointerFlyweight pointer = new PointerFlyweight();
  private final UnsafeBuffer pointerBytes = new UnsafeBuffer(new byte[PointerFlyweight.BYTES]);
  private long tombstoneId;

  TreeReader(DeviceReader reader, LaneGeometry geometry) {
    this.reader = reader;
    this.geometry = geometry;
    codec = new PageCodec(geometry.alignmentBytes());
  }

  void root(int layer, int level, PointerFlyweight root) {
    UnsafeBuffer copy = new UnsafeBuffer(new byte[PointerFlyweight.BYTES]);
    root.copyTo(copy, 0);
    roots.put(layer, new Root(level, copy));
  }

  boolean knows(int layer) {
    return roots.containsKey(layer);
  }

  /// The page found last: 128 slots.
  UnsafeBuffer page() {
    return page;
  }

  long tombstoneId() {
    return tombstoneId;
  }

  /// Finds a leaf of a layer, wherever in the trees it is.
  Outcome leaf(int layer, long leaf) {
    int[] owner = new int[1];
    Outcome outcome = find(layer, 0, leaf, owner);
    return outcome == Outcome.FOUND && !load(owner[0], 0, leaf) ? Outcome.DAMAGED : outcome;
  }

  /// Finds the pointer to a page. Trees refer to each other from children to parents only; what
  /// refers in a circle is damaged.
  ///
  /// @param owner receives whose page it is
  private Outcome find(int layer, int level, long number, int[] owner) {
    int in = layer;
    for (int hops = 0; hops <= roots.size(); hops++) {
      Root root = roots.get(in);
      if (root == null) {
        return Outcome.DAMAGED;
      }
      pointerBytes.putBytes(0, root.pointer, 0, PointerFlyweight.BYTES);
      pointer.wrap(pointerBytes, 0);
      Outcome outcome = pointer.isInherited() ? null : descend(in, root.level, level, number);
      if (outcome != null) {
        owner[0] = in;
        return outcome;
      }
      in = pointer.owner();
    }
    return Outcome.DAMAGED;
  }

  /// @return null if the page is that of another layer
  private @Nullable Outcome descend(int layer, int rootLevel, int level, long number) {
    if (pointer.isAbsent() || level > rootLevel) {
      return Outcome.ABSENT;
    }
    if (number >>> (LEVEL_BITS * (rootLevel - level)) != 0) {
      return Outcome.ABSENT;
    }
    for (int at = rootLevel; ; at--) {
      if (pointer.isTombstone()) {
        tombstoneId = pointer.writeId();
        return Outcome.UNMAPPED;
      }
      if (!pointer.isStored()) {
        return Outcome.ABSENT;
      }
      if (pointer.owner() != layer) {
        return null;
      }
      if (at == level) {
        return Outcome.FOUND;
      }
      if (!load(layer, at, number >>> (LEVEL_BITS * (at - level)))) {
        return Outcome.DAMAGED;
      }
      int slot = (int) (number >>> (LEVEL_BITS * (at - 1 - level))) & (PageCodec.SLOTS - 1);
      take(page, slot);
    }
  }

  private void take(UnsafeBuffer from, int slot) {
    pointerBytes.putBytes(0, from, slot * PointerFlyweight.BYTES, PointerFlyweight.BYTES);
  }

  /// Reads the page that [#pointer] points to.
  private boolean load(int layer, int level, long number) {
    int bytes = (int) Sectors.toBytes(pointer.units());
    boolean lies = bytes <= PageCodec.PAGE_BYTES && geometry.holdsAligned(pointer.address(), bytes);
    if (!lies || !reader.read(Sectors.toBytes(pointer.address()), bytes)) {
      return false;
    }
    page.setMemory(0, PageCodec.PAGE_BYTES, (byte) 0);
    page.putBytes(0, reader.memory(), reader.at(), bytes);
    return codec.checksum(layer, level, number, page, bytes) == pointer.checksum()
        && codec.decode(page, pointer.units(), pointer.isFull());
  }

  /// Visits all stored leaves of a layer, in order.
  void leaves(int layer, LeafVisitor visitor) {
    Root root = roots.get(layer);
    if (root == null) {
      return;
    }
    int in = layer;
    int[] owner = new int[1];
    // An inherited root stands for the owner's whole tree, whatever its height.
    for (int hops = 0; hops <= roots.size() && root != null; hops++) {
      pointer.wrap(root.pointer, 0);
      if (!pointer.isInherited()) {
        walk(in, root.level, 0, owner, visitor);
        return;
      }
      in = pointer.owner();
      root = roots.get(in);
    }
  }

  private void walk(int layer, int level, long number, int[] owner, LeafVisitor visitor) {
    Outcome outcome = find(layer, level, number, owner);
    long firstLeaf = number << (LEVEL_BITS * level);
    if (outcome == Outcome.FOUND && level == 0) {
      visitor.onLeaf(firstLeaf);
      return;
    }
    if (outcome == Outcome.DAMAGED
        || (outcome == Outcome.FOUND && !load(owner[0], level, number))) {
      visitor.onDamaged(firstLeaf, 1L << (LEVEL_BITS * level));
      return;
    }
    if (outcome != Outcome.FOUND) {
      return;
    }
    UnsafeBuffer children = new UnsafeBuffer(new byte[PageCodec.PAGE_BYTES]);
    children.putBytes(0, page, 0, PageCodec.PAGE_BYTES);
    PointerFlyweight child = new PointerFlyweight();
    for (int slot = 0; slot < PageCodec.SLOTS; slot++) {
      child.wrap(children, slot * PointerFlyweight.BYTES);
      if (child.isStored()) {
        walkChild(owner[0], level - 1, number * PageCodec.SLOTS + slot, visitor);
      }
    }
  }

  /// A child in the same tree needs no search from the root.
  private void walkChild(int layer, int level, long number, LeafVisitor visitor) {
    if (level == 0) {
      visitor.onLeaf(number);
      return;
    }
    walk(layer, level, number, new int[1], visitor);
  }
}
