package io.ashlar.core.checkpoint;

import io.ashlar.core.format.PointerFlyweight;
import io.ashlar.core.index.BlockIndex;
import io.ashlar.core.index.CarriedPoint;
import io.ashlar.core.index.CarriedRange;
import io.ashlar.core.index.ReapEntry;

/// Puts a checkpoint back into an index.
///
/// @param index empty
public record IndexRestore(BlockIndex index) implements CheckpointSink {
  @Override
  public boolean hasRoomForLayers(int count) {
    return index.hasRoomForLayers(count);
  }

  @Override
  public void layer(int layer, int parent, long blocks, int rootLevel, PointerFlyweight root) {
    index.restoreLayer(layer, parent, blocks, rootLevel, root);
  }

  @Override
  public boolean hasRoomForReaps(int count) {
    return index.hasRoomForReaps(count);
  }

  @Override
  public void reap(ReapEntry entry) {
    index.restoreReap(entry);
  }

  @Override
  public boolean hasRoomToReplay(int points, int ranges) {
    return index.hasRoomToReplay(points, ranges);
  }

  @Override
  public void carriedPoint(CarriedPoint point) {
    index.restoreCarriedPoint(point);
  }

  @Override
  public void carriedRange(CarriedRange range) {
    index.restoreCarriedRange(range);
  }
}
