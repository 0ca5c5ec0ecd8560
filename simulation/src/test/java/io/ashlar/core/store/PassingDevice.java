package io.ashlar.core.store;

import io.ashlar.core.device.BlockDevice;
import io.ashlar.core.device.DeviceGeometry;
import io.ashlar.core.device.DeviceRequest;
import java.nio.ByteBuffer;

/// A device that stands before another and passes everything on: what a test changes it overrides.
abstract class PassingDevice implements BlockDevice {
  final BlockDevice device;

  PassingDevice(BlockDevice device) {
    this.device = device;
  }

  @Override
  public String name() {
    return device.name();
  }

  @Override
  public DeviceGeometry geometry() {
    return device.geometry();
  }

  @Override
  public void useArena(ByteBuffer arena) {
    device.useArena(arena);
  }

  @Override
  public boolean submit(DeviceRequest request) {
    return device.submit(request);
  }

  @Override
  public int poll() {
    return device.poll();
  }

  @Override
  public int inFlight() {
    return device.inFlight();
  }

  @Override
  public void close() {
    device.close();
  }
}
