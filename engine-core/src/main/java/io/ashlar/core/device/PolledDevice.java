package io.ashlar.core.device;

import io.ashlar.core.base.Check;

/// Uses a device one request at a time, polling until it ends: for formatting, recovery and offline
/// tools, before anybody is served.
public final class PolledDevice {
  private final BlockDevice device;
  private final DeviceRequest request = new DeviceRequest(ended -> this.done = true);
  private boolean done;

  public PolledDevice(BlockDevice device) {
    this.device = device;
  }

  public BlockDevice device() {
    return device;
  }

  public DeviceStatus read(long offset, int length, long address) {
    return run(DeviceOperation.READ, offset, length, address);
  }

  public DeviceStatus writeDurable(long offset, int length, long address) {
    return run(DeviceOperation.WRITE_DURABLE, offset, length, address);
  }

  public DeviceStatus flush() {
    return run(DeviceOperation.FLUSH, 0, 0, 0);
  }

  private DeviceStatus run(DeviceOperation operation, long offset, int length, long address) {
    done = false;
    request.operation = operation;
    request.offset = offset;
    request.length = length;
    request.address = address;
    Check.that(device.submit(request), "an idle device takes a request");
    while (!done) {
      device.poll();
    }
    return request.status;
  }
}
