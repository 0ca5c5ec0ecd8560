package io.ashlar.target.iscsi.pdu;

import io.netty.buffer.ByteBuf;

/// Asks the initiator for a stretch of a command's data (RFC 7143 §11.8).
///
/// ```
/// |.|.| 0x31 |1|            reserved             |  0
/// | AHS      | DataSegmentLength = 0             |  4
/// | LUN                                          |  8
/// | Initiator Task Tag                           | 16
/// | Target Transfer Tag                          | 20
/// | StatSN, not advanced                         | 24
/// | ExpCmdSN                                     | 28
/// | MaxCmdSN                                     | 32
/// | R2TSN                                        | 36
/// | Buffer Offset                                | 40
/// | Desired Data Transfer Length                 | 44
/// ```
public final class ReadyToTransferPdu {
  static final int R2T_SN_OFFSET = BasicHeader.MAX_CMD_SN_OFFSET + Integer.BYTES;
  static final int BUFFER_OFFSET_OFFSET = R2T_SN_OFFSET + Integer.BYTES;
  static final int DESIRED_BYTES_OFFSET = BUFFER_OFFSET_OFFSET + Integer.BYTES;

  private ReadyToTransferPdu() {}

  public static int append(ByteBuf out, int r2tSn, int bufferOffset, int desiredBytes) {
    int at = BasicHeader.append(out, IscsiOpcode.READY_TO_TRANSFER, BasicHeader.FINAL_FLAG);
    out.setInt(at + R2T_SN_OFFSET, r2tSn);
    out.setInt(at + BUFFER_OFFSET_OFFSET, bufferOffset);
    out.setInt(at + DESIRED_BYTES_OFFSET, desiredBytes);
    return at;
  }
}
