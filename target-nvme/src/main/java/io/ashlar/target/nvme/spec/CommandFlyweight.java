package io.ashlar.target.nvme.spec;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/// A submission queue entry (Base 2.0, 3.3.3.1; Fabrics form: 3.3.3.1.1).
///
/// ```
/// 0    1      2     4        8           24            40             64
/// +----+------+-----+--------+-----------+-------------+--------------+
/// | op | flags| cid | nsid   | (metadata)| SGL         | CDW10..CDW15 |
/// +----+------+-----+--------+-----------+-------------+--------------+
///                    fctype at 4 in Fabrics commands
/// SGL: | address u64 | length u32 | reserved 3 | type<<4 sub-type |
/// ```
public final class CommandFlyweight {
  public static final int LENGTH_BYTES = 64;

  public static final int OPCODE_OFFSET = 0;
  public static final int FLAGS_OFFSET = OPCODE_OFFSET + Byte.BYTES;
  public static final int COMMAND_ID_OFFSET = FLAGS_OFFSET + Byte.BYTES;
  public static final int NAMESPACE_ID_OFFSET = COMMAND_ID_OFFSET + Short.BYTES;
  public static final int FABRICS_TYPE_OFFSET = NAMESPACE_ID_OFFSET;
  public static final int METADATA_OFFSET = NAMESPACE_ID_OFFSET + Integer.BYTES;
  public static final int SGL_ADDRESS_OFFSET = METADATA_OFFSET + 2 * Long.BYTES;
  public static final int SGL_LENGTH_OFFSET = SGL_ADDRESS_OFFSET + Long.BYTES;
  public static final int SGL_IDENTIFIER_OFFSET = SGL_LENGTH_OFFSET + Integer.BYTES + 3;
  public static final int CDW10_OFFSET = SGL_IDENTIFIER_OFFSET + Byte.BYTES;
  public static final int CDW11_OFFSET = CDW10_OFFSET + Integer.BYTES;
  public static final int CDW12_OFFSET = CDW11_OFFSET + Integer.BYTES;
  public static final int CDW13_OFFSET = CDW12_OFFSET + Integer.BYTES;
  public static final int CDW14_OFFSET = CDW13_OFFSET + Integer.BYTES;
  public static final int CDW15_OFFSET = CDW14_OFFSET + Integer.BYTES;

  /// SGL data block, offset sub-type: the data lies in the capsule.
  public static final int SGL_IN_CAPSULE = 0x01;

  /// Transport SGL data block: the data moves in data PDUs.
  public static final int SGL_TRANSPORT = 0x5A;

  public static final int FUSE_NONE = 0;
  public static final int FUSE_FIRST = 1;
  public static final int FUSE_SECOND = 2;

  private static final int FUSE_MASK = 0x03;

  /// PRP or SGL for data transfer: Fabrics commands must say SGL, 01b.
  private static final int TRANSFER_TYPE_SHIFT = 6;

  private final UnsafeBuffer entry = new UnsafeBuffer(0, 0);

  /// Lays this flyweight over the entry at `offset`.
  public CommandFlyweight wrap(DirectBuffer buffer, int offset) {
    entry.wrap(buffer, offset, LENGTH_BYTES);
    return this;
  }

  /// Takes a copy of the entry at `offset` into the memory that this flyweight lies over.
  public void copyFrom(DirectBuffer source, int offset) {
    source.getBytes(offset, entry, 0, LENGTH_BYTES);
  }

  public int opcode() {
    return entry.getByte(OPCODE_OFFSET) & 0xFF;
  }

  public int fuse() {
    return entry.getByte(FLAGS_OFFSET) & FUSE_MASK;
  }

  /// Whether the data pointer is an SGL, the only kind that fabrics know.
  public boolean usesSgl() {
    return (entry.getByte(FLAGS_OFFSET) & 0xFF) >>> TRANSFER_TYPE_SHIFT == 1;
  }

  public int commandId() {
    return entry.getShort(COMMAND_ID_OFFSET, LITTLE_ENDIAN) & 0xFFFF;
  }

  public int namespaceId() {
    return entry.getInt(NAMESPACE_ID_OFFSET, LITTLE_ENDIAN);
  }

  public int fabricsType() {
    return entry.getByte(FABRICS_TYPE_OFFSET) & 0xFF;
  }

  public long sglAddress() {
    return entry.getLong(SGL_ADDRESS_OFFSET, LITTLE_ENDIAN);
  }

  /// The data's length as the host described it, 0 to 2³²−1.
  public long sglLengthBytes() {
    return entry.getInt(SGL_LENGTH_OFFSET, LITTLE_ENDIAN) & 0xFFFF_FFFFL;
  }

  public int sglIdentifier() {
    return entry.getByte(SGL_IDENTIFIER_OFFSET) & 0xFF;
  }

  public int cdw10() {
    return entry.getInt(CDW10_OFFSET, LITTLE_ENDIAN);
  }

  public int cdw11() {
    return entry.getInt(CDW11_OFFSET, LITTLE_ENDIAN);
  }

  public int cdw12() {
    return entry.getInt(CDW12_OFFSET, LITTLE_ENDIAN);
  }

  public int cdw13() {
    return entry.getInt(CDW13_OFFSET, LITTLE_ENDIAN);
  }

  public int cdw14() {
    return entry.getInt(CDW14_OFFSET, LITTLE_ENDIAN);
  }

  /// Starting LBA of read-like and write-like commands: CDW10 and CDW11.
  public long startLba() {
    return entry.getLong(CDW10_OFFSET, LITTLE_ENDIAN);
  }

  /// Number of logical blocks, 1 to 65,536: zero-based on the wire.
  public int logicalBlocks() {
    return (entry.getShort(CDW12_OFFSET, LITTLE_ENDIAN) & 0xFFFF) + 1;
  }

  /// The 64 bits of CDW12 and CDW13: Property Set's value.
  public long cdw12And13() {
    return entry.getLong(CDW12_OFFSET, LITTLE_ENDIAN);
  }
}
