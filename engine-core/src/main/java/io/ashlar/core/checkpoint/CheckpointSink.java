package io.ashlar.core.checkpoint;

import io.ashlar.core.format.PointerFlyweight;
import io.ashlar.core.index.CarriedPoint;
import io.ashlar.core.index.CarriedRange;
import io.ashlar.core.index.ReapEntry;

/// Takes what a checkpoint says of the index, proved already, in the order of the body. What it is
/// handed it copies.
public interface CheckpointSink {
  /// Whether it has room for so many layers.
  boolean hasRoomForLayers(int count);

  /// @param rootLevel level of the page that `root` points to
  void layer(int layer, int parent, long blocks, int rootLevel, PointerFlyweight root);

  boolean hasRoomForReaps(int count);

  void reap(ReapEntry entry);

  boolean hasRoomToReplay(int points, int ranges);

  void carriedPoint(CarriedPoint point);

  void carriedRange(CarriedRange range);
}
