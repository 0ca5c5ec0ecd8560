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
}
