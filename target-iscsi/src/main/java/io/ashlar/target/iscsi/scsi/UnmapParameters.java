package io.ashlar.target.iscsi.scsi;

import org.agrona.DirectBuffer;

/// UNMAP's parameter list (SBC-4 §5.35.2).
///
/// ```
/// | data length (2) | descriptors' length (2) | reserved (4) | { LBA (8) | blocks (4) | 0 (4) }* |
///   0                 2                         4              8  +0       +8
/// ```
final class UnmapParameters {
  static final int DESCRIPTORS_LENGTH_OFFSET = 2;
  static final int HEADER_BYTES = 8;
  static final int DESCRIPTOR_BYTES = 16;

  /// How many ranges one command may name.
  static final int DESCRIPTORS_MAX = 256;

  private static final int BLOCKS_OFFSET = Long.BYTES;

  private UnmapParameters() {}

  static long lba(DirectBuffer list, int index) {
    return Wire.getLong(list, HEADER_BYTES + index * DESCRIPTOR_BYTES);
  }

  static long blocks(DirectBuffer list, int index) {
    return Wire.getUnsignedInt(list, HEADER_BYTES + index * DESCRIPTOR_BYTES + BLOCKS_OFFSET);
  }
}
