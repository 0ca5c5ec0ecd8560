package io.ashlar.target.iscsi.pdu;

import io.netty.buffer.ByteBuf;

/// The answer to one step of a login (RFC 7143 §11.13). Its data segment is text keys.
///
/// ```
/// |.|.| 0x23 |T|C|. .|CSG|NSG| Ver-max | Ver-act |  0
/// | AHS      | DataSegmentLength                 |  4
/// | ISID, 6 bytes                      | TSIH    |  8
/// | Initiator Task Tag                           | 16
/// | reserved                                     | 20
/// | StatSN                                       | 24
/// | ExpCmdSN                                     | 28
/// | MaxCmdSN                                     | 32
/// | Status-Class | Status-Detail | reserved      | 36
/// | reserved                                     | 40
/// ```
public final class LoginResponsePdu {
  static final int ISID_OFFSET = BasicHeader.LUN_OFFSET;
  static final int STATUS_OFFSET = BasicHeader.MAX_CMD_SN_OFFSET + Integer.BYTES;

  public static final int TRANSIT_FLAG = 0x80;
  public static final int CONTINUE_FLAG = 0x40;
  private static final int CURRENT_STAGE_SHIFT = 2;
  private static final int ISID_SHIFT = 16;

  private LoginResponsePdu() {}

  public static int append(ByteBuf out, int flags, int currentStage, int nextStage) {
    int at =
        BasicHeader.append(
            out,
            IscsiOpcode.LOGIN_RESPONSE,
            flags | (currentStage << CURRENT_STAGE_SHIFT) | nextStage);
    BasicHeader.transferTag(out, at, 0);
    return at;
  }

  public static void session(ByteBuf out, int at, long isid, int tsih) {
    out.setLong(at + ISID_OFFSET, (isid << ISID_SHIFT) | tsih);
  }

  /// Class in the high byte, detail in the low one: RFC 7143 §11.13.5.
  public static void status(ByteBuf out, int at, int classAndDetail) {
    out.setShort(at + STATUS_OFFSET, classAndDetail);
  }
}
