package io.ashlar.core.device;

import org.jspecify.annotations.Nullable;

/// A device's queue without an end: what the device cannot take now waits here, in order. The
/// owners of requests bound how many there are.
public final class SubmissionQueue {
  private final BlockDevice device;
  private @Nullable DeviceRequest first;
  private @Nullable DeviceRequest last;

  public SubmissionQueue(BlockDevice device) {
    this.device = device;
  }

  public void submit(DeviceRequest request) {
    if (first == null && device.submit(request)) {
      return;
    }
    request.next = null;
    if (last == null) {
      first = request;
    } else {
      last.next = request;
    }
    last = request;
  }

  /// Submits what waits, as far as the device has room.
  public void drain() {
    while (first != null) {
      DeviceRequest request = first;
      DeviceRequest rest = request.next;
      request.next = null;
      if (!device.submit(request)) {
        request.next = rest;
        return;
      }
      first = rest;
      if (rest == null) {
        last = null;
      }
    }
  }
}
