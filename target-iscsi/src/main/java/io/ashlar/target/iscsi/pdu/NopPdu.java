package io.ashlar.target.iscsi.pdu;

import io.netty.buffer.ByteBuf;

/// NOP-Out 0x00 and NOP-In 0x20 (RFC 7143 §11.18, §11.19): are you there? The data segment is ping
/// data, to be echoed.
///
/// ```
/// |.|I| opcode |1|           reserved            |  0
/// | AHS        | DataSegmentLength               |  4
/// | LUN or reserved                              |  8
/// | Initiator Task Tag: reserved = no reply      | 16
/// | Target Transfer Tag: reserved = not asked    | 20
/// | CmdSN     | StatSN                           | 24
/// | ExpStatSN | ExpCmdSN                         | 28
/// | reserved  | MaxCmdSN                         | 32
/// | reserved                                     | 36
/// ```
public final class NopPdu {
  private NopPdu() {}

  public static int append(ByteBuf out, int taskTag, int transferTag) {
    int at = BasicHeader.append(out, IscsiOpcode.NOP_IN, BasicHeader.FINAL_FLAG);
    BasicHeader.taskTag(out, at, taskTag);
    BasicHeader.transferTag(out, at, transferTag);
    return at;
  }
}
