package io.ashlar.target.iscsi.pdu;

import io.netty.buffer.ByteBuf;

/// Tells the initiator something unasked (RFC 7143 §11.9).
///
/// ```
/// |.|.| 0x32 |1|            reserved              |  0
/// | AHS      | DataSegmentLength                  |  4
/// | LUN or reserved                               |  8
/// | 0xffffffff                                    | 16
/// | reserved                                      | 20
/// | StatSN                                        | 24
/// | ExpCmdSN                                      | 28
/// | MaxCmdSN                                      | 32
/// | AsyncEvent | AsyncVCode | Parameter1          | 36
/// | Parameter2              | Parameter3          | 40
/// | reserved                                      | 44
/// ```
public final class AsyncMessagePdu {
  static final int EVENT_OFFSET = BasicHeader.MAX_CMD_SN_OFFSET + Integer.BYTES;
  static final int PARAMETER1_OFFSET = EVENT_OFFSET + Short.BYTES;
  static final int PARAMETER2_OFFSET = PARAMETER1_OFFSET + Short.BYTES;
  static final int PARAMETER3_OFFSET = PARAMETER2_OFFSET + Short.BYTES;

  /// The target asks for a logout within Parameter3 seconds.
  public static final int LOGOUT_REQUESTED = 1;

  /// The target will drop this connection; Parameter2 and Parameter3 are the times to wait.
  public static final int CONNECTION_DROPPED = 2;

  /// The target will drop all connections of the session.
  public static final int SESSION_DROPPED = 3;

  private AsyncMessagePdu() {}

  public static int append(ByteBuf out, int event, int parameter3) {
    int at = BasicHeader.append(out, IscsiOpcode.ASYNC_MESSAGE, BasicHeader.FINAL_FLAG);
    BasicHeader.transferTag(out, at, 0);
    out.setByte(at + EVENT_OFFSET, event);
    out.setShort(at + PARAMETER3_OFFSET, parameter3);
    return at;
  }
}
