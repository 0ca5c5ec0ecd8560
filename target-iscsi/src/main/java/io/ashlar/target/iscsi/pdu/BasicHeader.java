package io.ashlar.target.iscsi.pdu;

import io.netty.buffer.ByteBuf;

/// The 48 bytes that begin every PDU, and the fields that (nearly) all of them share.
///
/// ```
///  0                1               2               3
/// +-+-+------------+-+-------------+---------------+---------------+
/// |.|I| opcode     |F| specific to the opcode                      |  0
/// +----------------+---------------+-------------------------------+
/// | TotalAHSLength | DataSegmentLength                             |  4
/// +----------------+-----------------------------------------------+
/// | LUN, or specific to the opcode                                 |  8
/// |                                                                | 12
/// +----------------------------------------------------------------+
/// | Initiator Task Tag                                             | 16
/// +----------------------------------------------------------------+
/// | specific to the opcode                                         | 20
/// +----------------------------------------------------------------+
/// | CmdSN (from the initiator)  | StatSN (from the target)         | 24
/// +----------------------------------------------------------------+
/// | ExpStatSN                   | ExpCmdSN                         | 28
/// +----------------------------------------------------------------+
/// | specific to the opcode      | MaxCmdSN                         | 32
/// +----------------------------------------------------------------+
/// | specific to the opcode                                         | 36 … 47
/// ```
///
/// RFC 7143 §11.2. `TotalAHSLength` counts 4-byte words; `DataSegmentLength` is without padding.
public final class BasicHeader {
  public static final int BYTES = 48;

  static final int OPCODE_OFFSET = 0;
  static final int FLAGS_OFFSET = OPCODE_OFFSET + 1;
  static final int AHS_WORDS_OFFSET = FLAGS_OFFSET + 3;
  static final int DATA_BYTES_OFFSET = AHS_WORDS_OFFSET + 1;
  static final int LUN_OFFSET = DATA_BYTES_OFFSET + 3;
  static final int TASK_TAG_OFFSET = LUN_OFFSET + Long.BYTES;
  static final int TRANSFER_TAG_OFFSET = TASK_TAG_OFFSET + Integer.BYTES;
  static final int CMD_SN_OFFSET = TRANSFER_TAG_OFFSET + Integer.BYTES;
  static final int EXP_STAT_SN_OFFSET = CMD_SN_OFFSET + Integer.BYTES;
  static final int STAT_SN_OFFSET = CMD_SN_OFFSET;
  static final int EXP_CMD_SN_OFFSET = STAT_SN_OFFSET + Integer.BYTES;
  static final int MAX_CMD_SN_OFFSET = EXP_CMD_SN_OFFSET + Integer.BYTES;

  /// The tag that names no task.
  public static final int RESERVED_TAG = 0xFFFF_FFFF;

  public static final int FINAL_FLAG = 0x80;

  private static final int IMMEDIATE_FLAG = 0x40;
  private static final int OPCODE_MASK = 0x3F;

  private BasicHeader() {}

  public static int opcode(ByteBuf header) {
    return header.getByte(OPCODE_OFFSET) & OPCODE_MASK;
  }

  public static boolean isImmediate(ByteBuf header) {
    return (header.getByte(OPCODE_OFFSET) & IMMEDIATE_FLAG) != 0;
  }

  public static int flags(ByteBuf header) {
    return header.getUnsignedByte(FLAGS_OFFSET);
  }

  public static boolean isFinal(ByteBuf header) {
    return (flags(header) & FINAL_FLAG) != 0;
  }

  /// Length of all additional header segments in bytes.
  public static int additionalHeaderBytes(ByteBuf header) {
    return header.getUnsignedByte(AHS_WORDS_OFFSET) * Integer.BYTES;
  }

  /// Length of the data segment in bytes, without padding.
  public static int dataBytes(ByteBuf header) {
    return header.getUnsignedMedium(DATA_BYTES_OFFSET);
  }

  public static long lun(ByteBuf header) {
    return header.getLong(LUN_OFFSET);
  }

  public static int taskTag(ByteBuf header) {
    return header.getInt(TASK_TAG_OFFSET);
  }

  /// The Target Transfer Tag, where the PDU has one.
  public static int transferTag(ByteBuf header) {
    return header.getInt(TRANSFER_TAG_OFFSET);
  }

  public static int cmdSn(ByteBuf header) {
    return header.getInt(CMD_SN_OFFSET);
  }

  public static int expStatSn(ByteBuf header) {
    return header.getInt(EXP_STAT_SN_OFFSET);
  }

  /// Adds a zeroed header for a PDU of the target's to `out`.
  ///
  /// @return where it begins
  public static int append(ByteBuf out, int opcode, int flags) {
    int at = out.writerIndex();
    out.writeZero(BYTES);
    out.setByte(at + OPCODE_OFFSET, opcode);
    out.setByte(at + FLAGS_OFFSET, flags);
    out.setInt(at + TASK_TAG_OFFSET, RESERVED_TAG);
    out.setInt(at + TRANSFER_TAG_OFFSET, RESERVED_TAG);
    return at;
  }

  public static void dataBytes(ByteBuf out, int at, int bytes) {
    out.setMedium(at + DATA_BYTES_OFFSET, bytes);
  }

  public static void lun(ByteBuf out, int at, long lun) {
    out.setLong(at + LUN_OFFSET, lun);
  }

  public static void taskTag(ByteBuf out, int at, int tag) {
    out.setInt(at + TASK_TAG_OFFSET, tag);
  }

  public static void transferTag(ByteBuf out, int at, int tag) {
    out.setInt(at + TRANSFER_TAG_OFFSET, tag);
  }

  /// The three counters that every PDU of the target's carries.
  public static void sequence(ByteBuf out, int at, int statSn, int expCmdSn, int maxCmdSn) {
    out.setInt(at + STAT_SN_OFFSET, statSn);
    out.setInt(at + EXP_CMD_SN_OFFSET, expCmdSn);
    out.setInt(at + MAX_CMD_SN_OFFSET, maxCmdSn);
  }

  /// Bytes from the data's end to the next multiple of four.
  public static int padding(int dataBytes) {
    return -dataBytes & 3;
  }
}
