package io.ashlar.core.store;

import io.ashlar.core.device.BlockDevice;
import io.ashlar.core.device.DeviceOperation;
import io.ashlar.core.device.DeviceRequest;
import java.util.BitSet;

/// A disk as a sparse file is one: ranges get their place with the first write. Notes where durable
/// writes had to wait for that.
final class ThinDevice extends PassingDevice {
  private static final int PAGE_BYTES = 4096;

  private final BitSet backed = new BitSet();

  /// Segments, and the header area before them as number 0, with durable writes into ranges that
  /// had no place.
  final BitSet slow = new BitSet();

  int plainWrites;

  ThinDevice(BlockDevice device) {
    super(device);
  }

  @Override
  public boolean isThin() {
    return true;
  }

  @Override
  public boolean isBacked(long offset, long lengthBytes) {
    int from = (int) (offset / PAGE_BYTES);
    return backed.nextClearBit(from) >= from + lengthBytes / PAGE_BYTES;
  }

  @Override
  public boolean submit(DeviceRequest request) {
    if (!device.submit(request)) {
      return false;
    }
    boolean isDurable = request.operation == DeviceOperation.WRITE_DURABLE;
    if (isDurable && !isBacked(request.offset, request.length)) {
      slow.set((int) (request.offset / StoreRig.SEGMENT_BYTES));
    }
    if (isDurable || request.operation == DeviceOperation.WRITE) {
      plainWrites += isDurable ? 0 : 1;
      int from = (int) (request.offset / PAGE_BYTES);
      backed.set(from, from + (int) Math.ceilDiv(request.length, PAGE_BYTES));
    }
    return true;
  }
}
