package io.ashlar.core.store;

import io.ashlar.core.device.BlockDevice;
import io.ashlar.core.device.DeviceRequest;
import io.ashlar.core.device.DeviceStatus;
import java.util.ArrayDeque;

/// A device that ends some requests with an I/O error: which, a test says.
abstract class RefusingDevice extends PassingDevice {
  private final ArrayDeque<DeviceRequest> refused = new ArrayDeque<>();

  RefusingDevice(BlockDevice device) {
    super(device);
  }

  abstract boolean refuses(DeviceRequest request);

  @Override
  public boolean submit(DeviceRequest request) {
    return refuses(request) ? refused.add(request) : device.submit(request);
  }

  @Override
  public int poll() {
    int ended = refused.size();
    while (!refused.isEmpty()) {
      DeviceRequest request = refused.remove();
      request.status = DeviceStatus.IO_ERROR;
      request.completion.onComplete(request);
    }
    return ended + device.poll();
  }

  @Override
  public int inFlight() {
    return refused.size() + device.inFlight();
  }
}
