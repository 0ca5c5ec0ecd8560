package io.ashlar.target.iscsi.scsi;

import org.agrona.DirectBuffer;

/// Where the CDB groups keep their fields (SPC-4 §4.2.2). The group is the opcode's top three bits.
///
/// ```
///         0    1          2         4         6        8       10          14      15
///  6:   | op | LBA 20..0           | len | control |
/// 10:   | op | flags    | LBA (4)            | group | len (2) | control |
/// 12:   | op | flags    | LBA (4)            | len (4)         | group | control |
/// 16:   | op | flags/SA | LBA (8)                              | len (4)    | group | control |
/// ```
public final class Cdb {
  public static final int BYTES_MAX = 16;

  static final int FLAGS_OFFSET = 1;
  static final int LBA_OFFSET = 2;
  static final int BLOCKS_10_OFFSET = 7;
  static final int BLOCKS_12_OFFSET = 6;
  static final int BLOCKS_16_OFFSET = 10;

  /// COMPARE AND WRITE counts blocks in one byte.
  static final int BLOCKS_COMPARE_OFFSET = 13;

  /// WRITE ATOMIC (16) counts blocks in two bytes.
  static final int BLOCKS_ATOMIC_OFFSET = 12;

  private static final int LBA_6_MASK = 0x1F_FFFF;
  private static final int BLOCKS_6_OF_ZERO = 256;
  private static final int SERVICE_ACTION_MASK = 0x1F;

  private Cdb() {}

  static int opcode(DirectBuffer cdb) {
    return cdb.getByte(0) & 0xFF;
  }

  static int flags(DirectBuffer cdb) {
    return cdb.getByte(FLAGS_OFFSET) & 0xFF;
  }

  static int serviceAction(DirectBuffer cdb) {
    return cdb.getByte(FLAGS_OFFSET) & SERVICE_ACTION_MASK;
  }

  static int getByte(DirectBuffer cdb, int at) {
    return cdb.getByte(at) & 0xFF;
  }

  /// Length of a CDB with this opcode: 6, 10, 12 or 16; 0 where the group has none of its own.
  static int lengthBytes(int opcode) {
    return switch (opcode >>> 5) {
      case 0 -> 6;
      case 1, 2 -> 10;
      case 4 -> 16;
      case 5 -> 12;
      default -> 0;
    };
  }

  /// The first logical block; negative if beyond 2⁶³.
  static long lba(DirectBuffer cdb) {
    return switch (opcode(cdb) >>> 5) {
      case 0 -> Wire.getInt(cdb, 0) & LBA_6_MASK;
      case 4 -> Wire.getLong(cdb, LBA_OFFSET);
      default -> Wire.getUnsignedInt(cdb, LBA_OFFSET);
    };
  }

  /// The number of logical blocks.
  static long blocks(DirectBuffer cdb) {
    int opcode = opcode(cdb);
    if (opcode == Opcode.COMPARE_AND_WRITE) {
      return getByte(cdb, BLOCKS_COMPARE_OFFSET);
    }
    if (opcode == Opcode.WRITE_ATOMIC_16) {
      return Wire.getShort(cdb, BLOCKS_ATOMIC_OFFSET);
    }
    return switch (opcode >>> 5) {
      case 0 -> blocks6(cdb);
      case 4 -> Wire.getUnsignedInt(cdb, BLOCKS_16_OFFSET);
      case 5 -> Wire.getUnsignedInt(cdb, BLOCKS_12_OFFSET);
      default -> Wire.getShort(cdb, BLOCKS_10_OFFSET);
    };
  }

  private static int blocks6(DirectBuffer cdb) {
    int blocks = getByte(cdb, 4);
    return blocks == 0 ? BLOCKS_6_OF_ZERO : blocks;
  }
}
