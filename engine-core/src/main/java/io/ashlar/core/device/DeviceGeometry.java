package io.ashlar.core.device;

import io.ashlar.core.base.Check;

/// A device's shape.
///
/// @param sizeBytes usable capacity, a multiple of the alignment
/// @param alignmentBytes what offsets, lengths and addresses must be multiples of: 512 or 4096
/// @param queueDepth how many requests may be in flight
/// @param volatileCache whether completed writes may be lost until flushed
public record DeviceGeometry(
    long sizeBytes, int alignmentBytes, int queueDepth, boolean volatileCache) {
  public DeviceGeometry {
    Check.that(
        Integer.bitCount(alignmentBytes) == 1 && alignmentBytes >= 512,
        "alignment",
        alignmentBytes);
    Check.that(sizeBytes > 0 && sizeBytes % alignmentBytes == 0, "size is aligned", sizeBytes);
    Check.that(queueDepth > 0, "room for a request", queueDepth);
  }

  /// Checks what every device demands of a request before it takes it. A request that does not fit
  /// is a bug of the engine, never a user's input.
  public void check(DeviceRequest request) {
    if (request.operation == DeviceOperation.FLUSH) {
      return;
    }
    long offset = request.offset;
    long length = request.length;
    long mask = alignmentBytes - 1L;
    Check.that(((offset | length) & mask) == 0, "offset and length are aligned", offset, length);
    Check.that(
        offset >= 0 && length > 0 && offset <= sizeBytes - length,
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
