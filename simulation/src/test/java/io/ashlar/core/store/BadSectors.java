package io.ashlar.core.store;

import io.ashlar.core.device.BlockDevice;
import io.ashlar.core.device.DeviceOperation;
import io.ashlar.core.device.DeviceRequest;
import io.ashlar.core.device.DeviceStatus;
import java.util.ArrayDeque;
import java.util.TreeMap;

/// A device that refuses every read that touches a bad place.
final class BadSectors extends PassingDevice {
  private final TreeMap<Long, Long> endByStart = new TreeMap<>();
  private final ArrayDeque<DeviceRequest> refused = new ArrayDeque<>();

  BadSectors(BlockDevice device) {
    super(device);
  }

  /// Makes `[offset, offset + bytes)` bad.
  BadSectors spoil(long offset, long bytes) {
    endByStart.put(offset, offset + bytes);
    return this;
  }

  private boolean isBad(DeviceRequest request) {
    var last = endByStart.lowerEntry(request.offset + request.length);
    return request.operation == DeviceOperation.READ
        && last != null
        && last.getValue() > request.offset;
  }

  @Override
  public boolean submit(DeviceRequest request) {
    return isBad(request) ? refused.add(request) : device.submit(request);
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
