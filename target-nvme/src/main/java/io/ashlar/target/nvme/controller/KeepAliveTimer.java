package io.ashlar.target.nvme.controller;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Notices a host that has gone silent (Base 2.0, 3.9; traffic based). Commands only set a flag;
/// the timer looks once per period, so a silent host is noticed after one to two periods.
///
/// The timeout that the host asked for holds while its controller is ready. Before, after a reset
/// and after a shutdown there is no keep-alive, nor ever where the host asked for none: then the
/// association rests, and ends after a longer silence, so that nothing stays for ever.
final class KeepAliveTimer {
  private final EventLoop loop;
  private final long restMs;
  private final Runnable onExpiry;
  private @Nullable ScheduledFuture<?> pending;
  private ControllerState state = ControllerState.DISABLED;
  private long timeoutMs;
  private boolean heard;

  /// @param restMs the period while there is no keep-alive
  KeepAliveTimer(EventLoop loop, long restMs, Runnable onExpiry) {
    this.loop = loop;
    this.restMs = restMs;
    this.onExpiry = onExpiry;
  }

  long timeoutMs() {
    return timeoutMs;
  }

  /// How long the host may be silent now.
  long periodMs() {
    return state == ControllerState.READY && timeoutMs > 0
        ? timeoutMs
        : Math.max(timeoutMs, restMs);
  }

  /// The host asks for this timeout, from now on; 0 for none.
  void timeout(long nextTimeoutMs) {
    timeoutMs = nextTimeoutMs;
    restart();
  }

  /// The controller's state changed.
  void onState(ControllerState next) {
    state = next;
    if (next == ControllerState.GONE) {
      stop();
    } else {
      restart();
    }
  }

  private void restart() {
    stop();
    heard = false;
    schedule();
  }

  private void stop() {
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
    pending = loop.schedule(this::look, periodMs(), TimeUnit.MILLISECONDS);
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
