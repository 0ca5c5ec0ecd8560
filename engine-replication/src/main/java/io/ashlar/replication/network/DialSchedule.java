package io.ashlar.replication.network;

/// When one class of one peer is dialed next.
final class DialSchedule {
  private final Backoff backoff;
  private boolean isUnderWay;
  private long dueNs;

  DialSchedule(NetworkLimits limits, long seed, long nowNs) {
    backoff = new Backoff(limits.redialNsMin(), limits.redialNsMax(), seed);
    dueNs = nowNs;
  }

  boolean isDue(long nowNs) {
    return !isUnderWay && nowNs - dueNs >= 0;
  }

  /// A connection is on its way, or there.
  void begun() {
    isUnderWay = true;
  }

  void established() {
    backoff.reset();
  }

  /// The connection is over, or never came to be.
  void ended(long nowNs) {
    isUnderWay = false;
    dueNs = nowNs + backoff.next();
  }
}
