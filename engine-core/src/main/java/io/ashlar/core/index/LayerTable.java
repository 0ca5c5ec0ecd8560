package io.ashlar.core.index;

import io.ashlar.core.base.Check;
import io.ashlar.core.format.PageCodec;
import org.agrona.collections.Int2ObjectHashMap;
import org.jspecify.annotations.Nullable;

/// The layers of a lane, parents before their children. A layer that is removed while a merge is
/// under way stays in its place, for the merge may be in the middle of it, but nobody else sees it.
final class LayerTable {
  private final Layer[] ordered;
  private final Int2ObjectHashMap<Layer> byId = new Int2ObjectHashMap<>();
  private int count;
  private long leaves;

  LayerTable(int layersMax) {
    ordered = new Layer[layersMax];
  }

  int count() {
    return count;
  }

  Layer at(int index) {
    Check.that(index >= 0 && index < count, "a layer of the table", index, count);
    return ordered[index];
  }

  /// The layer, unless it is not there or removed.
  @Nullable Layer get(int id) {
    Layer layer = byId.get(id);
    return layer == null || layer.isRemoved ? null : layer;
  }

  /// The layer, even if it was removed since the last merge ended.
  @Nullable Layer find(int id) {
    return byId.get(id);
  }

  /// The layer that a tree refers to: it is there, even if removed meanwhile.
  Layer referenced(int id) {
    Layer layer = byId.get(id);
    if (layer == null) {
      throw new IllegalStateException("a tree refers to layer " + id + ", which does not exist");
    }
    return layer;
  }

  /// Whether pages of `layer` may refer to what `owner` has: itself, or a layer that it descends
  /// from. Of a layer that is gone only its own pages are followed, so that it may refer to any.
  boolean mayReferTo(int layer, int owner) {
    Layer at = byId.get(layer);
    boolean may = layer == owner || at == null;
    while (!may && at != null && at.parent != Layer.NO_PARENT) {
      may = at.parent == owner;
      at = byId.get(at.parent);
    }
    return may;
  }

  Layer add(int id, int parent, long blocks) {
    Check.that(id != Layer.NO_PARENT, "a layer has a number");
    Check.that(count < ordered.length, "room for a layer", count);
    Check.that(blocks >= 1 && blocks <= IndexOptions.BLOCKS_MAX, "a layer's size", blocks);
    Layer layer = new Layer(id, parent, blocks);
    ordered[count++] = layer;
    leaves += leavesOf(layer);
    byId.put(id, layer);
    if (parent != Layer.NO_PARENT) {
      referenced(parent).children++;
    }
    return layer;
  }

  void resize(Layer layer, long blocks) {
    Check.that(blocks >= 1 && blocks <= IndexOptions.BLOCKS_MAX, "a layer's size", blocks);
    leaves -= leavesOf(layer);
    layer.blocks = blocks;
    leaves += leavesOf(layer);
  }

  /// Leaves that the trees of all layers have at most.
  long leaves() {
    return leaves;
  }

  private static long leavesOf(Layer layer) {
    return (layer.blocks + PageCodec.SLOTS - 1) / PageCodec.SLOTS;
  }

  /// Lets nobody see the layer any more.
  void remove(Layer layer) {
    Check.that(layer.children == 0, "no other layer needs what is removed", layer.id);
    layer.isRemoved = true;
    if (layer.parent != Layer.NO_PARENT) {
      referenced(layer.parent).children--;
    }
  }

  /// Drops the removed layers from the table, keeping the order of the rest.
  void compact() {
    int kept = 0;
    for (int index = 0; index < count; index++) {
      Layer layer = ordered[index];
      if (layer.isRemoved) {
        byId.remove(layer.id);
        leaves -= leavesOf(layer);
      } else {
        ordered[kept++] = layer;
      }
    }
    count = kept;
  }
}
