package io.ashlar.core.volume;

import io.ashlar.core.base.Check;

/// A volume's shape as its hosts see it.
///
/// @param sizeBytes the capacity, a multiple of 4 KiB
/// @param logicalBlockBytes 4096, or 512 by choice
public record VolumeGeometry(long sizeBytes, int logicalBlockBytes) {
  /// The unit in which volumes are mapped, sealed and checksummed.
  public static final int BLOCK_BYTES = 4096;

  /// A write of up to this length is all or nothing after a crash or failover (NVMe AWUN and AWUPF,
  /// SCSI atomic transfer length), wherever it starts.
  public static final int ATOMIC_WRITE_BYTES_MAX = 1024 * 1024;

  /// The longest read, write or compare that one request may carry.
  public static final int TRANSFER_BYTES_MAX = 1024 * 1024;

  public VolumeGeometry {
    Check.that(
        logicalBlockBytes == 512 || logicalBlockBytes == BLOCK_BYTES, "block is 512 or 4096");
    Check.that(
        sizeBytes > 0 && sizeBytes % BLOCK_BYTES == 0, "size in whole 4 KiB blocks", sizeBytes);
  }

  /// The capacity in logical blocks.
  public long logicalBlocks() {
    return sizeBytes / logicalBlockBytes;
  }

  /// Whether `[offsetBytes, offsetBytes + lengthBytes)` lies within the volume; safe against
  /// overflow.
  public boolean contains(long offsetBytes, long lengthBytes) {
    return offsetBytes >= 0
        && lengthBytes >= 0
        && offsetBytes <= sizeBytes
        && lengthBytes <= sizeBytes - offsetBytes;
  }

  /// Whether both figures are whole logical blocks.
  public boolean isAligned(long offsetBytes, long lengthBytes) {
    return ((offsetBytes | lengthBytes) & (logicalBlockBytes - 1)) == 0;
  }
}
