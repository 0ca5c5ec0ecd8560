package io.ashlar.daemon.metrics;

import io.ashlar.control.HealthEntry;
import io.ashlar.control.PoolInfo;
import java.util.List;

/// What a scrape shows of the node, gathered at the moment of the scrape.
///
/// @param node the node's name
/// @param pool the pool
/// @param health what is out of order
/// @param volumes every served volume
public record NodeFigures(
    String node, PoolInfo pool, List<HealthEntry> health, List<VolumeFigures> volumes) {
  public NodeFigures {
    health = List.copyOf(health);
    volumes = List.copyOf(volumes);
  }

  /// One volume.
  ///
  /// @param name its name
  /// @param capacityBytes its size
  /// @param counters what it did
  public record VolumeFigures(String name, long capacityBytes, VolumeCounters counters) {}
}
