package io.ashlar.target.nvme.controller;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Notices a host that has gone silent (Base 2.0, 3.9; traffic based). Commands only set a flag;
/// the timer looks once per timeout, so a silent host is noticed after one to two timeouts.
final class KeepAliveTimer {
  private final EventLoop loop;
  private final Runnable onExpiry;
  private @Nullable ScheduledFuture<?> pending;
  private long timeoutMs;
  private boolean heard;

  KeepAliveTimer(EventLoop loop, Runnable onExpiry) {
    this.loop = loop;
    this.onExpiry = onExpiry;
  }

  long timeoutMs() {
    return timeoutMs;
  }

  /// Starts, or starts over, with this timeout; 0 stops.
  void restart(long nextTimeoutMs) {
    stop();
    timeoutMs = nextTimeoutMs;
    if (timeoutMs > 0) {
      heard = false;
      schedule();
    }
  }

  void stop() {
    if (pending != null) {
      pending.cancel(false);
      pending = null;
    }
  }

  /// The host has been heard of.
  void heard() {
    heard = true;
  }

  private void schedule() {
    pending = loop.schedule(this::look, timeoutMs, TimeUnit.MILLISECONDS);
  }

  private void look() {
    pending = null;
    if (heard) {
      heard = false;
      schedule();
    } else {
      onExpiry.run();
    }
  }
}
