package io.ashlar.core.store;

import io.ashlar.core.device.BlockDevice;
import io.ashlar.core.device.DeviceOperation;
import io.ashlar.core.device.DeviceRequest;
import java.util.ArrayList;
import java.util.List;

/// A device that notes the length of every read.
final class RecordedReads extends PassingDevice {
  private final List<Long> lengths = new ArrayList<>();

  RecordedReads(BlockDevice device) {
    super(device);
  }

  /// Lengths of the reads since the last call.
  List<Long> take() {
    List<Long> taken = List.copyOf(lengths);
    lengths.clear();
    return taken;
  }

  @Override
  public boolean submit(DeviceRequest request) {
    if (request.operation == DeviceOperation.READ) {
      lengths.add(request.length);
    }
    return device.submit(request);
  }
}
