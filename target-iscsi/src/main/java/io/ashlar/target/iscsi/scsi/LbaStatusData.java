package io.ashlar.target.iscsi.scsi;

import org.agrona.MutableDirectBuffer;

/// GET LBA STATUS's parameter data (SBC-4 §5.6.2).
///
/// ```
/// | length (4) | reserved (4) | { LBA (8) | blocks (4) | status (1) | reserved (3) }* |
///   0            4              8  +0       +8           +12
/// ```
final class LbaStatusData {
  static final int HEADER_BYTES = 8;
  static final int DESCRIPTOR_BYTES = 16;
  static final long BLOCKS_MAX = 0xFFFF_FFFFL;

  private static final int BLOCKS_OFFSET = Long.BYTES;
  private static final int STATUS_OFFSET = BLOCKS_OFFSET + Integer.BYTES;
  private static final int MAPPED = 0;
  private static final int DEALLOCATED = 1;

  private LbaStatusData() {}

  /// Adds a stretch at `at`.
  ///
  /// @return where it ends
  static int add(MutableDirectBuffer out, int at, long lba, long blocks, boolean mapped) {
    Wire.putLong(out, at, lba);
    Wire.putInt(out, at + BLOCKS_OFFSET, (int) blocks);
    Wire.putInt(out, at + STATUS_OFFSET, (mapped ? MAPPED : DEALLOCATED) << 24);
    return at + DESCRIPTOR_BYTES;
  }
}
