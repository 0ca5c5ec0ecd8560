package io.ashlar.simulation.network;

import io.ashlar.core.base.Check;

/// How a simulated network behaves when it is well.
///
/// @param seed of all its dice
/// @param latencyNsMin what a message takes at least
/// @param latencyNsMax and at most
/// @param lateNs by how much more at most where it meets a fault
/// @param queueBytesMax what may be on the way from one node to another in one class; it takes a
///   message of any length where nothing is
public record NetworkOptions(
    long seed, long latencyNsMin, long latencyNsMax, long lateNs, int queueBytesMax) {
  private static final long LATENCY_NS_MIN = 20_000;
  private static final long LATENCY_NS_MAX = 200_000;
  private static final long LATE_NS = 500_000_000L;
  private static final int QUEUE_BYTES_MAX = 4 << 20;

  public NetworkOptions {
    Check.that(
        latencyNsMin >= 0 && latencyNsMin <= latencyNsMax, "latencies", latencyNsMin, latencyNsMax);
    Check.that(lateNs >= 0, "lateness", lateNs);
    Check.that(queueBytesMax > 0, "room for a message", queueBytesMax);
  }

  /// A network like that of one rack.
  public static NetworkOptions seeded(long seed) {
    return new NetworkOptions(seed, LATENCY_NS_MIN, LATENCY_NS_MAX, LATE_NS, QUEUE_BYTES_MAX);
  }

  public NetworkOptions withLatency(long nsMin, long nsMax) {
    return new NetworkOptions(seed, nsMin, nsMax, lateNs, queueBytesMax);
  }
}
