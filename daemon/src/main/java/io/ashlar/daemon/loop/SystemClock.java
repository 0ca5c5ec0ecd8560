package io.ashlar.daemon.loop;

import io.ashlar.core.base.Clock;

/// The machine's clocks.
public enum SystemClock implements Clock {
  INSTANCE;

  @Override
  public long nanoTime() {
    return System.nanoTime();
  }

  @Override
  public long epochMillis() {
    return System.currentTimeMillis();
  }
}
