package io.ashlar.core.format;

import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/// One record in a group's header. Records with blocks are followed by one
/// [BlockDescriptorFlyweight] a block.
///
/// ```
/// 0   1   2       4        8               16              24
/// +---+---+-------+--------+---------------+---------------+
/// |typ| 0 |blocks | layer  |   write id    |      lba      |
/// +---+---+-------+--------+-------+-------+---------------+
/// |   argument    |payload |crc32c |                           24 … 40
/// +---------------+--------+-------+
/// ```
///
/// `payload` and `crc32c` are the length and checksum of the record's one payload where it has one;
/// blocks carry their own. See [RecordType] for what the fields mean.
public final class RecordFlyweight {
  static final int TYPE_OFFSET = 0;
  static final int BLOCKS_OFFSET = TYPE_OFFSET + 2;
  static final int LAYER_OFFSET = BLOCKS_OFFSET + Short.BYTES;
  static final int WRITE_ID_OFFSET = LAYER_OFFSET + Integer.BYTES;
  static final int LBA_OFFSET = WRITE_ID_OFFSET + Long.BYTES;
  static final int ARGUMENT_OFFSET = LBA_OFFSET + Long.BYTES;
  static final int PAYLOAD_BYTES_OFFSET = ARGUMENT_OFFSET + Long.BYTES;
  static final int CHECKSUM_OFFSET = PAYLOAD_BYTES_OFFSET + Integer.BYTES;

  /// Length without descriptors.
  public static final int BYTES = CHECKSUM_OFFSET + Integer.BYTES;

  /// Most blocks of one record: an atomic write of 1 MiB that starts within a block touches 257.
  public static final int BLOCKS_MAX = 257;

  private final UnsafeBuffer buffer = new UnsafeBuffer(0, 0);

  public RecordFlyweight wrap(MutableDirectBuffer source, int offset) {
    buffer.wrap(source, offset, source.capacity() - offset);
    return this;
  }

  public UnsafeBuffer buffer() {
    return buffer;
  }

  public int typeCode() {
    return buffer.getByte(TYPE_OFFSET);
  }

  /// The record's type; only after [GroupProof] found it well-formed.
  public RecordType type() {
    return RecordType.of(typeCode());
  }

  public int blocks() {
    return buffer.getShort(BLOCKS_OFFSET) & 0xFFFF;
  }

  public int layer() {
    return buffer.getInt(LAYER_OFFSET);
  }

  public long writeId() {
    return buffer.getLong(WRITE_ID_OFFSET);
  }

  public long lba() {
    return buffer.getLong(LBA_OFFSET);
  }

  public long argument() {
    return buffer.getLong(ARGUMENT_OFFSET);
  }

  public int payloadBytes() {
    return buffer.getInt(PAYLOAD_BYTES_OFFSET);
  }

  public int checksum() {
    return buffer.getInt(CHECKSUM_OFFSET);
  }

  /// Length with descriptors.
  public int length() {
    return BYTES + blocks() * BlockDescriptorFlyweight.BYTES;
  }

  /// Where descriptor `index` begins, from the record's start.
  public static int descriptorOffset(int index) {
    return BYTES + index * BlockDescriptorFlyweight.BYTES;
  }

  public RecordFlyweight head(RecordType type, int blocks, int layer) {
    buffer.putByte(TYPE_OFFSET, type.code);
    buffer.putByte(TYPE_OFFSET + 1, (byte) 0);
    buffer.putShort(BLOCKS_OFFSET, (short) blocks);
    buffer.putInt(LAYER_OFFSET, layer);
    return this;
  }

  public RecordFlyweight place(long writeId, long lba, long argument) {
    buffer.putLong(WRITE_ID_OFFSET, writeId);
    buffer.putLong(LBA_OFFSET, lba);
    buffer.putLong(ARGUMENT_OFFSET, argument);
    return this;
  }

  public RecordFlyweight payload(int payloadBytes, int crc) {
    buffer.putInt(PAYLOAD_BYTES_OFFSET, payloadBytes);
    buffer.putInt(CHECKSUM_OFFSET, crc);
    return this;
  }
}
