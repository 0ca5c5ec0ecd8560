package io.ashlar.core.store;

import io.ashlar.core.device.BlockDevice;
import io.ashlar.core.device.DeviceOperation;
import io.ashlar.core.device.DeviceRequest;

/// A device of which one read, counted from the first, fails; everything else goes through.
final class FailingReads extends RefusingDevice {
  private int readsLeft;
  private boolean failed;

  FailingReads(BlockDevice device, int readsBefore) {
    super(device);
    readsLeft = readsBefore;
  }

  boolean hasFailed() {
    return failed;
  }

  @Override
  boolean refuses(DeviceRequest request) {
    boolean isIt = request.operation == DeviceOperation.READ && readsLeft-- == 0;
    failed |= isIt;
    return isIt;
  }
}
