package io.ashlar.target.iscsi.pdu;

import io.netty.buffer.ByteBuf;

/// Data for the initiator (RFC 7143 §11.7); the last one may carry the command's good status.
///
/// ```
/// |.|.| 0x25 |F|A|. . .|O|U|S| reserved | Status |  0
/// | AHS      | DataSegmentLength                 |  4
/// | LUN or reserved                              |  8
/// | Initiator Task Tag                           | 16
/// | Target Transfer Tag                          | 20
/// | StatSN, if S                                 | 24
/// | ExpCmdSN                                     | 28
/// | MaxCmdSN                                     | 32
/// | DataSN                                       | 36
/// | Buffer Offset                                | 40
/// | Residual Count, if S                         | 44
/// ```
public final class DataInPdu {
  static final int STATUS_OFFSET = BasicHeader.FLAGS_OFFSET + 2;
  static final int DATA_SN_OFFSET = BasicHeader.MAX_CMD_SN_OFFSET + Integer.BYTES;
  static final int BUFFER_OFFSET_OFFSET = DATA_SN_OFFSET + Integer.BYTES;
  static final int RESIDUAL_OFFSET = BUFFER_OFFSET_OFFSET + Integer.BYTES;

  /// This PDU also carries the status.
  public static final int STATUS_FLAG = 0x01;

  private DataInPdu() {}

  public static int append(ByteBuf out, int flags, int dataSn, int bufferOffset, int dataBytes) {
    int at = BasicHeader.append(out, IscsiOpcode.DATA_IN, flags);
    out.setInt(at + DATA_SN_OFFSET, dataSn);
    out.setInt(at + BUFFER_OFFSET_OFFSET, bufferOffset);
    BasicHeader.dataBytes(out, at, dataBytes);
    return at;
  }

  public static void status(ByteBuf out, int at, int status, int residualBytes) {
    out.setByte(at + STATUS_OFFSET, status);
    out.setInt(at + RESIDUAL_OFFSET, residualBytes);
  }
}
