package io.ashlar.target.iscsi.pdu;

import io.netty.buffer.ByteBuf;

/// Data from the initiator (RFC 7143 §11.7), unasked (transfer tag reserved) or for an R2T.
///
/// ```
/// |.|.| 0x05 |F|            reserved             |  0
/// | AHS      | DataSegmentLength                 |  4
/// | LUN or reserved                              |  8
/// | Initiator Task Tag                           | 16
/// | Target Transfer Tag                          | 20
/// | reserved                                     | 24
/// | ExpStatSN                                    | 28
/// | reserved                                     | 32
/// | DataSN                                       | 36
/// | Buffer Offset                                | 40
/// | reserved                                     | 44
/// ```
public final class DataOutPdu {
  static final int DATA_SN_OFFSET = BasicHeader.EXP_STAT_SN_OFFSET + 2 * Integer.BYTES;
  static final int BUFFER_OFFSET_OFFSET = DATA_SN_OFFSET + Integer.BYTES;

  private DataOutPdu() {}

  public static int dataSn(ByteBuf header) {
    return header.getInt(DATA_SN_OFFSET);
  }

  /// Where in the command's data this PDU's begin; unsigned.
  public static long bufferOffset(ByteBuf header) {
    return header.getUnsignedInt(BUFFER_OFFSET_OFFSET);
  }
}
