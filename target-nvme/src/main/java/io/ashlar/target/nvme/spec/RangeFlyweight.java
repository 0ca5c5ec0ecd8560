package io.ashlar.target.nvme.spec;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import org.agrona.DirectBuffer;

/// The two range lists that hosts send as data.
///
/// ```
/// Dataset Management (NVM 1.0, 3.2.3): | attributes u32 | blocks u32 | start LBA u64 |       16 bytes
/// Copy, format 0 (NVM 1.0, 3.2.2):     | reserved 8 | start LBA u64 | blocks-1 u16 | … |     32 bytes
/// ```
public final class RangeFlyweight {
  public static final int DATASET_BYTES = 16;
  public static final int DATASET_BLOCKS_OFFSET = 4;
  public static final int DATASET_START_OFFSET = DATASET_BLOCKS_OFFSET + Integer.BYTES;
  public static final int COPY_BYTES = 32;
  public static final int COPY_START_OFFSET = 8;
  public static final int COPY_BLOCKS_OFFSET = COPY_START_OFFSET + Long.BYTES;

  /// The most ranges that one command can name: the count is a byte, zero-based.
  public static final int DATASET_RANGES_MAX = 256;

  /// The most ranges of a Copy command here (MSRC, one-based).
  public static final int COPY_RANGES_MAX = 128;

  private RangeFlyweight() {}

  public static long datasetStart(DirectBuffer list, int index) {
    return list.getLong(index * DATASET_BYTES + DATASET_START_OFFSET, LITTLE_ENDIAN);
  }

  public static long datasetBlocks(DirectBuffer list, int index) {
    return list.getInt(index * DATASET_BYTES + DATASET_BLOCKS_OFFSET, LITTLE_ENDIAN) & 0xFFFF_FFFFL;
  }

  public static long copyStart(DirectBuffer list, int index) {
    return list.getLong(index * COPY_BYTES + COPY_START_OFFSET, LITTLE_ENDIAN);
  }

  public static int copyBlocks(DirectBuffer list, int index) {
    return (list.getShort(index * COPY_BYTES + COPY_BLOCKS_OFFSET, LITTLE_ENDIAN) & 0xFFFF) + 1;
  }
}
