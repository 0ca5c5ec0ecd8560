package io.ashlar.core.store;

import io.ashlar.core.device.BlockDevice;
import io.ashlar.core.device.DeviceGeometry;
import io.ashlar.core.device.DeviceOperation;
import io.ashlar.core.device.DeviceRequest;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/// A device that notes the length of every read.
final class RecordedReads implements BlockDevice {
  private final BlockDevice device;
  private final List<Long> lengths = new ArrayList<>();

  RecordedReads(BlockDevice device) {
    this.device = device;
  }

  /// Lengths of the reads since the last call.
  List<Long> take() {
    List<Long> taken = List.copyOf(lengths);
    lengths.clear();
    return taken;
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
    if (request.operation == DeviceOperation.READ) {
      lengths.add(request.length);
    }
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
