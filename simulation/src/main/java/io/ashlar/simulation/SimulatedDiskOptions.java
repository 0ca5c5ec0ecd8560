package io.ashlar.simulation;

import io.ashlar.core.base.Check;
import io.ashlar.core.device.DeviceGeometry;

/// How a simulated disk behaves when it is well.
///
/// @param geometry its shape
/// @param seed of all its dice
/// @param latencyNsMin what a request takes at least
/// @param latencyNsMax and at most; with 0 every request ends at the next poll
/// @param slowNs what a request takes that meets [DiskFault#SLOW]
/// @param cachedWritesMax how many writes its volatile cache holds before it destages any of them
public record SimulatedDiskOptions(
    DeviceGeometry geometry,
    long seed,
    long latencyNsMin,
    long latencyNsMax,
    long slowNs,
    int cachedWritesMax) {
  private static final int ALIGNMENT_BYTES = 4096;
  private static final int QUEUE_DEPTH = 128;
  private static final long SLOW_NS = 2_000_000_000L;
  private static final int CACHED_WRITES_MAX = 1024;

  public SimulatedDiskOptions {
    Check.that(
        latencyNsMin >= 0 && latencyNsMin <= latencyNsMax, "latencies", latencyNsMin, latencyNsMax);
    Check.that(cachedWritesMax > 0, "room for a cached write", cachedWritesMax);
  }

  /// A disk with a volatile cache whose requests end at the next poll, in any order.
  public static SimulatedDiskOptions ofSize(long sizeBytes, long seed) {
    DeviceGeometry geometry = new DeviceGeometry(sizeBytes, ALIGNMENT_BYTES, QUEUE_DEPTH, true);
    return new SimulatedDiskOptions(geometry, seed, 0, 0, SLOW_NS, CACHED_WRITES_MAX);
  }

  public SimulatedDiskOptions withGeometry(DeviceGeometry next) {
    return new SimulatedDiskOptions(
        next, seed, latencyNsMin, latencyNsMax, slowNs, cachedWritesMax);
  }

  public SimulatedDiskOptions withLatency(long nsMin, long nsMax) {
    return new SimulatedDiskOptions(geometry, seed, nsMin, nsMax, slowNs, cachedWritesMax);
  }
}
