package io.ashlar.target.iscsi.pdu;

import io.netty.buffer.ByteBuf;

/// Text request 0x04 and response 0x24 (RFC 7143 §11.10, §11.11); the data segment is text keys.
///
/// ```
/// |.|I| opcode |F|C|          reserved           |  0
/// | AHS        | DataSegmentLength               |  4
/// | LUN or reserved                              |  8
/// | Initiator Task Tag                           | 16
/// | Target Transfer Tag                          | 20
/// | CmdSN     | StatSN                           | 24
/// | ExpStatSN | ExpCmdSN                         | 28
/// | reserved  | MaxCmdSN                         | 32
/// | reserved                                     | 36
/// ```
public final class TextPdu {
  public static final int CONTINUE_FLAG = 0x40;

  private TextPdu() {}

  public static boolean isContinued(ByteBuf header) {
    return (BasicHeader.flags(header) & CONTINUE_FLAG) != 0;
  }

  public static int append(ByteBuf out, int flags, int taskTag, int transferTag) {
    int at = BasicHeader.append(out, IscsiOpcode.TEXT_RESPONSE, flags);
    BasicHeader.taskTag(out, at, taskTag);
    BasicHeader.transferTag(out, at, transferTag);
    return at;
  }
}
