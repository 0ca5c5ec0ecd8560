package io.ashlar.core.index;

import io.ashlar.core.format.PointerFlyweight;
import java.nio.ByteBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/// A layer and the root of its tree. The store reads it to write a checkpoint; only the index
/// changes it.
public final class Layer {
  /// No parent: the layer stands alone.
  public static final int NO_PARENT = 0;

  private static final int MERGED_OFFSET = PointerFlyweight.BYTES;

  final int id;
  final int parent;
  long blocks;

  /// Level of the page that [#root] points to. Only as high as what is written needs.
  int rootLevel;

  /// The root that lookups use.
  final PointerFlyweight root = new PointerFlyweight();

  /// The root that the merge under way has made of it; the same where it changed nothing.
  int mergedLevel;

  final PointerFlyweight mergedRoot = new PointerFlyweight();

  /// Layers whose trees may refer to pages of this one.
  int children;

  boolean isRemoved;

  /// Its place in the table as of the last freeze.
  int ordinal;

  Layer(int id, int parent, long blocks) {
    this.id = id;
    this.parent = parent;
    this.blocks = blocks;
    UnsafeBuffer roots = new UnsafeBuffer(ByteBuffer.allocateDirect(2 * PointerFlyweight.BYTES));
    root.wrap(roots, 0);
    mergedRoot.wrap(roots, MERGED_OFFSET);
  }

  /// Sets the root, and what the merge made of it.
  void root(int level, PointerFlyweight pointer) {
    rootLevel = level;
    root.copyFrom(pointer);
    mergedLevel = level;
    mergedRoot.copyFrom(pointer);
  }

  /// What the merge made of the root becomes the root.
  void switchRoot() {
    rootLevel = mergedLevel;
    root.copyFrom(mergedRoot);
  }

  /// Whether the layer itself owns the page that its root points to.
  boolean ownsRoot() {
    return root.isStored() && root.owner() == id;
  }

  public int id() {
    return id;
  }

  /// The layer it was forked from, or [#NO_PARENT].
  public int parent() {
    return parent;
  }

  /// Its size.
  public long blocks() {
    return blocks;
  }

  /// Level of the page that [#root] points to; 0 if that is a leaf.
  public int rootLevel() {
    return rootLevel;
  }

  /// The tree's root, to be copied and not to be changed.
  public PointerFlyweight root() {
    return root;
  }
}
