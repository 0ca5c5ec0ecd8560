package io.ashlar.initiator.nvme.command;

import java.nio.ByteBuffer;

/// The data of Dataset Management and Copy: lists of block ranges (NVM Command Set Specification
/// 1.0 §3.2.3 and §3.2.2, descriptor format 0h).
///
/// ```
/// Dataset Management range            Copy source range
/// 0      4        8      16           0          8      16    18           32
/// +------+--------+------+            +----------+------+-----+------------+
/// | attr | blocks | slba |            | reserved | slba | nlb | reserved   |
/// +------+--------+------+            +----------+------+-----+------------+
/// ```
///
/// A copy range's `nlb` is 0's based; a Dataset Management range's `blocks` is not.
public final class RangeList {
  public static final int DSM_BLOCKS_OFFSET = Integer.BYTES;
  public static final int DSM_LBA_OFFSET = DSM_BLOCKS_OFFSET + Integer.BYTES;
  public static final int DSM_LENGTH = DSM_LBA_OFFSET + Long.BYTES;

  public static final int COPY_LBA_OFFSET = 8;
  public static final int COPY_BLOCKS_OFFSET = COPY_LBA_OFFSET + Long.BYTES;
  public static final int COPY_LENGTH = 32;

  private RangeList() {}

  /// Writes Dataset Management range number `index`.
  public static void putDsm(ByteBuffer to, int index, long lba, int blocks) {
    int at = index * DSM_LENGTH;
    to.putInt(at, 0);
    to.putInt(at + DSM_BLOCKS_OFFSET, blocks);
    to.putLong(at + DSM_LBA_OFFSET, lba);
  }

  /// Writes Copy source range number `index`.
  public static void putCopy(ByteBuffer to, int index, long lba, int blocks) {
    int at = index * COPY_LENGTH;
    for (int i = 0; i < COPY_LENGTH; i += Long.BYTES) {
      to.putLong(at + i, 0);
    }
    to.putLong(at + COPY_LBA_OFFSET, lba);
    to.putShort(at + COPY_BLOCKS_OFFSET, (short) (blocks - 1));
  }
}
