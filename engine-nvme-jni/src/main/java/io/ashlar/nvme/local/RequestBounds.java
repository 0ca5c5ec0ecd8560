package io.ashlar.nvme.local;

import io.ashlar.core.base.Check;
import io.ashlar.core.device.DeviceGeometry;
import io.ashlar.core.device.DeviceOperation;
import io.ashlar.core.device.DeviceRequest;

/// The check every request passes before it reaches a device. A request out of bounds is a bug of
/// the engine, never a user's input.
public final class RequestBounds {
  private RequestBounds() {}

  public static void check(DeviceGeometry geometry, DeviceRequest request) {
    if (request.operation == DeviceOperation.FLUSH) {
      return;
    }
    long offset = request.offset;
    long length = request.length;
    long mask = geometry.alignmentBytes() - 1L;
    Check.that(((offset | length) & mask) == 0, "offset and length are aligned", offset, length);
    Check.that(
        offset >= 0 && length > 0 && offset <= geometry.sizeBytes() - length,
        "the range lies on the device",
        offset,
        length);
    if (request.operation != DeviceOperation.DISCARD) {
      Check.that(length <= Integer.MAX_VALUE, "the length fits a transfer", length);
      Check.that(
          request.address != 0 && (request.address & mask) == 0,
          "the address is aligned",
          request.address);
    }
  }
}
