package io.ashlar.nvme.local;

import io.ashlar.core.device.DeviceStatus;
import java.util.concurrent.atomic.AtomicLong;

/// What a device's thread counts while other threads read. There is one writer, so counting is a
/// plain read and a release store.
public final class DeviceCounters {
  private final long slowAfterNs;
  private final AtomicLong ioErrors = new AtomicLong();
  private final AtomicLong slowRequests = new AtomicLong();
  private final AtomicLong worstLatencyNs = new AtomicLong();
  private volatile boolean gone;

  public DeviceCounters(long slowAfterNs) {
    this.slowAfterNs = slowAfterNs;
  }

  /// Counts a request's end.
  public void ended(DeviceStatus status, long latencyNs) {
    if (latencyNs > worstLatencyNs.getPlain()) {
      worstLatencyNs.setRelease(latencyNs);
    }
    if (latencyNs > slowAfterNs) {
      slowRequests.setRelease(slowRequests.getPlain() + 1);
    }
    switch (status) {
      case OK, NO_SPACE, UNSUPPORTED -> {}
      case IO_ERROR -> ioErrors.setRelease(ioErrors.getPlain() + 1);
      case GONE -> {
        ioErrors.setRelease(ioErrors.getPlain() + 1);
        gone = true;
      }
    }
  }

  public boolean gone() {
    return gone;
  }

  /// The counters as a record, without a log of the device's own.
  ///
  /// @param smartNote why there is none
  public DeviceHealth withoutSmart(String smartNote) {
    return new DeviceHealth(
        ioErrors.get(), slowRequests.get(), worstLatencyNs.get(), gone, null, smartNote);
  }

  /// The counters as a record, with the device's own log.
  public DeviceHealth withSmart(SmartLog smart, String smartNote) {
    return new DeviceHealth(
        ioErrors.get(), slowRequests.get(), worstLatencyNs.get(), gone, smart, smartNote);
  }
}
