package io.ashlar.core.store;

import io.ashlar.core.device.BlockDevice;
import io.ashlar.core.device.DeviceOperation;
import io.ashlar.core.device.DeviceRequest;
import java.util.TreeMap;

/// A device that refuses every read that touches a bad place.
final class BadSectors extends RefusingDevice {
  private final TreeMap<Long, Long> endByStart = new TreeMap<>();

  BadSectors(BlockDevice device) {
    super(device);
  }

  /// Makes `[offset, offset + bytes)` bad.
  BadSectors spoil(long offset, long bytes) {
    endByStart.put(offset, offset + bytes);
    return this;
  }

  @Override
  boolean refuses(DeviceRequest request) {
    var last = endByStart.lowerEntry(request.offset + request.length);
    return request.operation == DeviceOperation.READ
        && last != null
        && last.getValue() > request.offset;
  }
}
