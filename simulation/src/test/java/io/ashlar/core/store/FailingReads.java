package io.ashlar.core.store;

import io.ashlar.core.device.BlockDevice;
import io.ashlar.core.device.DeviceGeometry;
import io.ashlar.core.device.DeviceOperation;
import io.ashlar.core.device.DeviceRequest;
import io.ashlar.core.device.DeviceStatus;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/// A device of which one read, counted from the first, fails; everything else goes through.
final class FailingReads implements BlockDevice {
  private final BlockDevice device;
  private int readsLeft;
  private boolean failed;
  private @Nullable DeviceRequest failing;

  FailingReads(BlockDevice device, int readsBefore) {
    this.device = device;
    readsLeft = readsBefore;
  }

  boolean hasFailed() {
    return failed;
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

  @Override
  public void close() {
    device.close();
  }
}
