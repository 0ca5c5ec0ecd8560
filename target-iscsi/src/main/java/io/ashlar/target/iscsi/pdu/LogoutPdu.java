package io.ashlar.target.iscsi.pdu;

import io.netty.buffer.ByteBuf;

/// Logout request 0x06 and response 0x26 (RFC 7143 §11.14, §11.15).
///
/// ```
/// request                                     response
/// |.|I| 0x06 |1| Reason |    reserved      |   |.|.| 0x26 |1| . | Response | reserved |  0
/// | reserved                               |   | reserved                             |  8
/// | Initiator Task Tag                     |   | Initiator Task Tag                   | 16
/// | CID             | reserved             |   | reserved                             | 20
/// | CmdSN                                  |   | StatSN                               | 24
/// | ExpStatSN                              |   | ExpCmdSN                             | 28
/// | reserved                               |   | MaxCmdSN                             | 32
/// | reserved                               |   | reserved                             | 36
/// | reserved                               |   | Time2Wait          | Time2Retain     | 40
/// ```
public final class LogoutPdu {
  static final int RESPONSE_OFFSET = BasicHeader.FLAGS_OFFSET + 1;
  static final int CID_OFFSET = BasicHeader.TRANSFER_TAG_OFFSET;
  static final int TIME2WAIT_OFFSET = BasicHeader.MAX_CMD_SN_OFFSET + 2 * Integer.BYTES;
  static final int TIME2RETAIN_OFFSET = TIME2WAIT_OFFSET + Short.BYTES;

  public static final int CLOSE_SESSION = 0;
  public static final int CLOSE_CONNECTION = 1;
  public static final int REMOVE_FOR_RECOVERY = 2;

  public static final int CLOSED = 0;
  public static final int CID_NOT_FOUND = 1;
  public static final int RECOVERY_NOT_SUPPORTED = 2;

  private static final int REASON_MASK = 0x7F;

  private LogoutPdu() {}

  public static int reason(ByteBuf header) {
    return BasicHeader.flags(header) & REASON_MASK;
  }

  public static int cid(ByteBuf header) {
    return header.getUnsignedShort(CID_OFFSET);
  }

  public static int append(ByteBuf out, int response, int taskTag) {
    int at = BasicHeader.append(out, IscsiOpcode.LOGOUT_RESPONSE, BasicHeader.FINAL_FLAG);
    out.setByte(at + RESPONSE_OFFSET, response);
    BasicHeader.taskTag(out, at, taskTag);
    BasicHeader.transferTag(out, at, 0);
    return at;
  }
}
