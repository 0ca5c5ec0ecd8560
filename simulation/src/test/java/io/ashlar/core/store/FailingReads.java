package io.ashlar.core.store;

import io.ashlar.core.device.BlockDevice;
import io.ashlar.core.device.DeviceOperation;
import io.ashlar.core.device.DeviceRequest;
import io.ashlar.core.device.DeviceStatus;
import org.jspecify.annotations.Nullable;

/// A device of which one read, counted from the first, fails; everything else goes through.
final class FailingReads extends PassingDevice {
  private int readsLeft;
  private boolean failed;
  private @Nullable DeviceRequest failing;

  FailingReads(BlockDevice device, int readsBefore) {
    super(device);
    readsLeft = readsBefore;
  }

  boolean hasFailed() {
    return failed;
  }

  @Override
  public boolean submit(DeviceRequest request) {
    if (request.operation == DeviceOperation.READ && readsLeft-- == 0) {
      failed = true;
      failing = request;
      return true;
    }
    return device.submit(request);
  }

  @Override
  public int poll() {
    DeviceRequest request = failing;
    if (request == null) {
      return device.poll();
    }
    failing = null;
    request.status = DeviceStatus.IO_ERROR;
    request.completion.onComplete(request);
    return 1;
  }

  @Override
  public int inFlight() {
    return device.inFlight() + (failing == null ? 0 : 1);
  }
}
