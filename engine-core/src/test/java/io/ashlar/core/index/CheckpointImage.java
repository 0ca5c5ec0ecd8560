package io.ashlar.core.index;

import io.ashlar.core.format.PointerFlyweight;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.agrona.concurrent.UnsafeBuffer;

/// What a checkpoint keeps of an index, as the store would.
final class CheckpointImage {
  private record LayerImage(int id, int parent, long blocks, int rootLevel, UnsafeBuffer root) {}

  private final List<LayerImage> layers = new ArrayList<>();
  private final List<ReapEntry> reap = new ArrayList<>();
  private final List<CarriedPoint> points = new ArrayList<>();
  private final List<CarriedRange> ranges = new ArrayList<>();
  private final Map<String, Integer> treeCounts;

  CheckpointImage(BlockIndex index, CountingLedger ledger) {
    for (int at = 0; at < index.layerCount(); at++) {
      Layer layer = index.layer(at);
      UnsafeBuffer root = new UnsafeBuffer(new byte[PointerFlyweight.BYTES]);
      layer.root().copyTo(root, 0);
      layers.add(
          new LayerImage(layer.id(), layer.parent(), layer.blocks(), layer.rootLevel(), root));
    }
    for (int at = 0; at < index.reapCount(); at++) {
      ReapEntry entry = new ReapEntry();
      index.reapEntry(at, entry);
      reap.add(entry);
    }
    for (int at = 0; at < index.carriedPoints(); at++) {
      CarriedPoint point = new CarriedPoint();
      index.carriedPoint(at, point);
      points.add(point);
    }
    for (int at = 0; at < index.carriedRanges(); at++) {
      CarriedRange range = new CarriedRange();
      index.carriedRange(at, range);
      ranges.add(range);
    }
    treeCounts = new TreeMap<>(ledger.tree);
  }

  int carried() {
    return points.size() + ranges.size();
  }

  void restore(BlockIndex index, CountingLedger ledger) {
    ledger.tree = new TreeMap<>(treeCounts);
    ledger.delta = new TreeMap<>();
    PointerFlyweight root = new PointerFlyweight();
    for (LayerImage layer : layers) {
      root.wrap(layer.root(), 0);
      index.restoreLayer(layer.id(), layer.parent(), layer.blocks(), layer.rootLevel(), root);
    }
    reap.forEach(index::restoreReap);
    points.forEach(index::restoreCarriedPoint);
    ranges.forEach(index::restoreCarriedRange);
  }
}
