package io.ashlar.core.store;

import io.ashlar.core.device.BlockDevice;
import io.ashlar.core.device.DeviceOperation;
import io.ashlar.core.device.DeviceRequest;
import java.util.ArrayDeque;

/// A device whose reads wait, as long as a test wants; everything else goes through.
final class HeldReads extends PassingDevice {
  private final ArrayDeque<DeviceRequest> held = new ArrayDeque<>();
  private boolean isHolding;

  HeldReads(BlockDevice device) {
    super(device);
  }

  /// From now on reads wait.
  void hold() {
    isHolding = true;
  }

  /// Whether any read waits.
  boolean isAnyHeld() {
    return !held.isEmpty();
  }

  /// Lets go on what waited, and what comes.
  void release() {
    isHolding = false;
  }

  @Override
  public boolean submit(DeviceRequest request) {
    if (isHolding && request.operation == DeviceOperation.READ) {
      held.add(request);
      return true;
    }
    return device.submit(request);
  }

  @Override
  public int poll() {
    while (!isHolding && !held.isEmpty() && device.submit(held.element())) {
      held.remove();
    }
    return device.poll();
  }

  @Override
  public int inFlight() {
    return device.inFlight() + held.size();
  }
}
