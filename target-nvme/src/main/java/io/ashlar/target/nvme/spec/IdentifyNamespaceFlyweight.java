package io.ashlar.target.nvme.spec;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/// Identify Namespace data (NVM 1.0, figure 97; CNS 00h). Fields without an offset here are zero.
///
/// ```
/// 0     8     16    24     25    26    30   31     33     34 … 74  92      104   120   128
/// +-----+-----+-----+------+-----+-----+----+------+------+--+-----+-------+-----+-----+-----+
/// | size| cap | used| feat | lbaf|flbas|nmic|rescap|dlfeat|  | copy| group |nguid|eui64| lbaf0
/// +-----+-----+-----+------+-----+-----+----+------+------+--+-----+-------+-----+-----+-----+
/// ```
public final class IdentifyNamespaceFlyweight {
  public static final int LENGTH_BYTES = 4096;

  public static final int SIZE_OFFSET = 0;
  public static final int CAPACITY_OFFSET = SIZE_OFFSET + Long.BYTES;
  public static final int UTILIZATION_OFFSET = CAPACITY_OFFSET + Long.BYTES;
  public static final int FEATURES_OFFSET = UTILIZATION_OFFSET + Long.BYTES;
  public static final int MULTIPATH_OFFSET = 30;
  public static final int RESERVATION_CAPABILITIES_OFFSET = 31;
  public static final int DEALLOCATE_FEATURES_OFFSET = 33;
  public static final int ATOMIC_WRITE_OFFSET = 34;
  public static final int ATOMIC_WRITE_POWER_FAIL_OFFSET = 36;
  public static final int ATOMIC_COMPARE_AND_WRITE_OFFSET = 38;
  public static final int PREFERRED_WRITE_GRANULARITY_OFFSET = 64;
  public static final int PREFERRED_WRITE_ALIGNMENT_OFFSET = 66;
  public static final int PREFERRED_DEALLOCATE_GRANULARITY_OFFSET = 68;
  public static final int PREFERRED_DEALLOCATE_ALIGNMENT_OFFSET = 70;
  public static final int OPTIMAL_WRITE_SIZE_OFFSET = 72;
  public static final int COPY_RANGE_BLOCKS_MAX_OFFSET = 74;
  public static final int COPY_BLOCKS_MAX_OFFSET = 76;
  public static final int COPY_RANGES_MAX_OFFSET = 80;
  public static final int ANA_GROUP_OFFSET = 92;
  public static final int NGUID_OFFSET = 104;
  public static final int EUI64_OFFSET = 120;
  public static final int LBA_FORMAT_0_OFFSET = 128;

  /// In an LBA format: the block's size as a power of two.
  public static final int LBA_DATA_SIZE_SHIFT = 16;

  /// The namespace's own atomic sizes hold; its preferred sizes hold.
  public static final int FEATURES = 1 << 1 | 1 << 4;

  public static final int MULTIPATH_SHARED = 1;

  /// Persistence through power loss, all six types, keys as since version 1.3.
  public static final int RESERVATION_CAPABILITIES = 0xFF;

  /// Deallocated blocks read as zeroes; Write Zeroes may deallocate.
  public static final int DEALLOCATE_READS_ZEROES = 0b001 | 1 << 3;

  /// The most that one Copy command may copy here, in one range and in all.
  public static final int COPY_BYTES_MAX = 16 << 20;

  private final UnsafeBuffer data = new UnsafeBuffer(0, 0);

  /// Lays this flyweight over `buffer` and clears it.
  public IdentifyNamespaceFlyweight wrapCleared(MutableDirectBuffer buffer, int offset) {
    data.wrap(buffer, offset, LENGTH_BYTES);
    data.setMemory(0, LENGTH_BYTES, (byte) 0);
    return this;
  }

  /// Size, capacity and use in one: Ashlar's namespaces are fully promised, whatever the pool
  /// holds.
  public IdentifyNamespaceFlyweight putSize(long logicalBlocks) {
    data.putLong(SIZE_OFFSET, logicalBlocks, LITTLE_ENDIAN);
    data.putLong(CAPACITY_OFFSET, logicalBlocks, LITTLE_ENDIAN);
    data.putLong(UTILIZATION_OFFSET, logicalBlocks, LITTLE_ENDIAN);
    return this;
  }

  public IdentifyNamespaceFlyweight put8(int offset, int value) {
    data.putByte(offset, (byte) value);
    return this;
  }

  public IdentifyNamespaceFlyweight put16(int offset, int value) {
    data.putShort(offset, (short) value, LITTLE_ENDIAN);
    return this;
  }

  public IdentifyNamespaceFlyweight put32(int offset, int value) {
    data.putInt(offset, value, LITTLE_ENDIAN);
    return this;
  }

  public IdentifyNamespaceFlyweight putBytes(int offset, byte[] bytes) {
    data.putBytes(offset, bytes);
    return this;
  }
}
