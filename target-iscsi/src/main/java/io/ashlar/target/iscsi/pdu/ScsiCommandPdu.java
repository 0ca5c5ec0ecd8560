package io.ashlar.target.iscsi.pdu;

import io.netty.buffer.ByteBuf;

/// A SCSI command (RFC 7143 §11.3). Its data segment is immediate data.
///
/// ```
/// |.|I| 0x01 |F|R|W|. .|ATTR |     reserved      |  0
/// | AHS      | DataSegmentLength                 |  4
/// | Logical Unit Number                          |  8
/// | Initiator Task Tag                           | 16
/// | Expected Data Transfer Length                | 20
/// | CmdSN                                        | 24
/// | ExpStatSN                                    | 28
/// | CDB, 16 bytes                                | 32
/// ```
public final class ScsiCommandPdu {
  static final int EXPECTED_TRANSFER_OFFSET = BasicHeader.TRANSFER_TAG_OFFSET;
  static final int CDB_OFFSET = BasicHeader.EXP_STAT_SN_OFFSET + Integer.BYTES;

  public static final int CDB_BYTES = 16;

  private static final int READ_FLAG = 0x40;
  private static final int WRITE_FLAG = 0x20;
  private static final int ATTRIBUTE_MASK = 0x07;

  /// The task attribute that makes a task wait for all older ones, and younger ones for it.
  public static final int ORDERED = 2;

  /// The task attribute that establishes auto contingent allegiance; the target has none.
  public static final int ACA = 4;

  private ScsiCommandPdu() {}

  public static boolean isRead(ByteBuf header) {
    return (BasicHeader.flags(header) & READ_FLAG) != 0;
  }

  public static boolean isWrite(ByteBuf header) {
    return (BasicHeader.flags(header) & WRITE_FLAG) != 0;
  }

  public static int attribute(ByteBuf header) {
    return BasicHeader.flags(header) & ATTRIBUTE_MASK;
  }

  /// Bytes that the initiator has ready to send, or room for; unsigned.
  public static long expectedTransferBytes(ByteBuf header) {
    return header.getUnsignedInt(EXPECTED_TRANSFER_OFFSET);
  }

  /// The CDB's bytes `[index, index + 8)`, big-endian; index 0 or 8.
  public static long cdbWord(ByteBuf header, int index) {
    return header.getLong(CDB_OFFSET + index);
  }
}
