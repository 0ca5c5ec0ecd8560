package io.ashlar.target.iscsi.pdu;

import io.netty.buffer.ByteBuf;

/// Refuses a PDU (RFC 7143 §11.17). Its data segment is the refused PDU's header.
///
/// ```
/// |.|.| 0x3f |1| .        | Reason   | reserved   |  0
/// | AHS      | DataSegmentLength                  |  4
/// | reserved                                      |  8
/// | 0xffffffff                                    | 16
/// | reserved                                      | 20
/// | StatSN                                        | 24
/// | ExpCmdSN                                      | 28
/// | MaxCmdSN                                      | 32
/// | DataSN/R2TSN or reserved                      | 36
/// | reserved                                      | 40
/// ```
public final class RejectPdu {
  static final int REASON_OFFSET = BasicHeader.FLAGS_OFFSET + 1;

  public static final int DATA_DIGEST_ERROR = 0x02;
  public static final int SNACK_REJECT = 0x03;
  public static final int PROTOCOL_ERROR = 0x04;
  public static final int COMMAND_NOT_SUPPORTED = 0x05;
  public static final int TOO_MANY_IMMEDIATE_COMMANDS = 0x06;
  public static final int TASK_IN_PROGRESS = 0x07;
  public static final int INVALID_PDU_FIELD = 0x09;
  public static final int OUT_OF_RESOURCES = 0x0A;

  private RejectPdu() {}

  public static int append(ByteBuf out, int reason) {
    int at = BasicHeader.append(out, IscsiOpcode.REJECT, BasicHeader.FINAL_FLAG);
    out.setByte(at + REASON_OFFSET, reason);
    BasicHeader.transferTag(out, at, 0);
    BasicHeader.dataBytes(out, at, BasicHeader.BYTES);
    return at;
  }
}
