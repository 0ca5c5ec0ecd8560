package io.ashlar.simulation.network;

import io.ashlar.replication.transport.TrafficClass;

/// One direction between two nodes.
final class Link {
  private final int[] queuedBytes = new int[TrafficClass.COUNT];
  private final long[] lastDueNs = new long[TrafficClass.COUNT];
  private boolean isCut;
  private long cloggedUntilNs;
  private long resets;

  boolean takes(TrafficClass traffic, int bytes, int max) {
    int queued = queuedBytes[traffic.code()];
    return queued == 0 || queued + bytes <= max;
  }

  void queued(TrafficClass traffic, int bytes) {
    queuedBytes[traffic.code()] += bytes;
  }

  void left(TrafficClass traffic, int bytes) {
    queuedBytes[traffic.code()] -= bytes;
  }

  /// When a message that would be there at `dueNs` is, so that none overtakes another.
  long inOrder(TrafficClass traffic, long dueNs) {
    long due = Math.max(dueNs, Math.max(cloggedUntilNs, lastDueNs[traffic.code()]));
    lastDueNs[traffic.code()] = due;
    return due;
  }

  void cut(boolean next) {
    isCut = next;
  }

  boolean isCut() {
    return isCut;
  }

  void clogUntil(long ns) {
    cloggedUntilNs = ns;
  }

  void reset() {
    resets++;
  }

  /// How often it was reset: what was sent before the last time does not arrive.
  long resets() {
    return resets;
  }
}
