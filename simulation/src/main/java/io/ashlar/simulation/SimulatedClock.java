package io.ashlar.simulation;

import io.ashlar.core.base.Check;
import io.ashlar.core.base.Clock;

/// Time that passes only when told to.
public final class SimulatedClock implements Clock {
  private static final long NS_PER_MS = 1_000_000;
  private static final long EPOCH_AT_ZERO_MS = 1_800_000_000_000L;

  /// Not zero, so that code which takes zero for "never" is found out.
  private long nowNs = 1_000_000_000_000L;

  @Override
  public long nanoTime() {
    return nowNs;
  }

  @Override
  public long epochMillis() {
    return EPOCH_AT_ZERO_MS + nowNs / NS_PER_MS;
  }

  public void advance(long ns) {
    Check.that(ns >= 0, "time passes forwards", ns);
    nowNs += ns;
  }

  /// Goes on to `ns`, or stays where it is if that has passed.
  public void advanceTo(long ns) {
    nowNs = Math.max(nowNs, ns);
  }
}
