package io.ashlar.target.iscsi.pdu;

import io.netty.buffer.ByteBuf;

/// One step of a login (RFC 7143 §11.12). Its data segment is text keys.
///
/// ```
/// |.|1| 0x03 |T|C|. .|CSG|NSG| Ver-max | Ver-min |  0
/// | AHS      | DataSegmentLength                 |  4
/// | ISID, 6 bytes                      | TSIH    |  8
/// | Initiator Task Tag                           | 16
/// | CID                | reserved                | 20
/// | CmdSN                                        | 24
/// | ExpStatSN                                    | 28
/// | reserved                                     | 32
/// ```
public final class LoginRequestPdu {
  static final int VERSION_MAX_OFFSET = BasicHeader.FLAGS_OFFSET + 1;
  static final int VERSION_MIN_OFFSET = VERSION_MAX_OFFSET + 1;
  static final int ISID_OFFSET = BasicHeader.LUN_OFFSET;
  static final int TSIH_OFFSET = ISID_OFFSET + 6;
  static final int CID_OFFSET = BasicHeader.TRANSFER_TAG_OFFSET;

  private static final int TRANSIT_FLAG = 0x80;
  private static final int CONTINUE_FLAG = 0x40;
  private static final int STAGE_MASK = 3;
  private static final int CURRENT_STAGE_SHIFT = 2;
  private static final int ISID_SHIFT = 16;

  private LoginRequestPdu() {}

  /// T: the initiator is ready for the next stage.
  public static boolean isTransit(ByteBuf header) {
    return (BasicHeader.flags(header) & TRANSIT_FLAG) != 0;
  }

  /// C: the keys go on in the next PDU.
  public static boolean isContinued(ByteBuf header) {
    return (BasicHeader.flags(header) & CONTINUE_FLAG) != 0;
  }

  public static int currentStage(ByteBuf header) {
    return (BasicHeader.flags(header) >>> CURRENT_STAGE_SHIFT) & STAGE_MASK;
  }

  public static int nextStage(ByteBuf header) {
    return BasicHeader.flags(header) & STAGE_MASK;
  }

  public static int versionMin(ByteBuf header) {
    return header.getUnsignedByte(VERSION_MIN_OFFSET);
  }

  /// The initiator's part of the session's name: 6 bytes.
  public static long isid(ByteBuf header) {
    return header.getLong(ISID_OFFSET) >>> ISID_SHIFT;
  }

  /// The target's part of the session's name; 0 asks for a new session.
  public static int tsih(ByteBuf header) {
    return header.getUnsignedShort(TSIH_OFFSET);
  }

  public static int cid(ByteBuf header) {
    return header.getUnsignedShort(CID_OFFSET);
  }
}
