package io.ashlar.target.iscsi.pdu;

import io.netty.buffer.ByteBuf;

/// How a SCSI command ended (RFC 7143 §11.4). Its data segment is `SenseLength (2) · sense data`.
///
/// ```
/// |.|.| 0x21 |1|. .|o|u|O|U|.| Response | Status |  0
/// | AHS      | DataSegmentLength                 |  4
/// | reserved                                     |  8
/// | Initiator Task Tag                           | 16
/// | SNACK Tag                                    | 20
/// | StatSN                                       | 24
/// | ExpCmdSN                                     | 28
/// | MaxCmdSN                                     | 32
/// | ExpDataSN                                    | 36
/// | Bidirectional Read Residual Count            | 40
/// | Residual Count                               | 44
/// ```
public final class ScsiResponsePdu {
  static final int RESPONSE_OFFSET = BasicHeader.FLAGS_OFFSET + 1;
  static final int STATUS_OFFSET = RESPONSE_OFFSET + 1;
  static final int EXP_DATA_SN_OFFSET = BasicHeader.MAX_CMD_SN_OFFSET + Integer.BYTES;
  static final int RESIDUAL_OFFSET = EXP_DATA_SN_OFFSET + 2 * Integer.BYTES;

  /// The initiator expected less than the command moves.
  public static final int OVERFLOW_FLAG = 0x04;

  /// The initiator expected more than the command moves.
  public static final int UNDERFLOW_FLAG = 0x02;

  /// Response: the target did the command, see Status.
  public static final int COMPLETED = 0x00;

  /// Length of `SenseLength`, which precedes the sense data.
  public static final int SENSE_LENGTH_BYTES = Short.BYTES;

  private ScsiResponsePdu() {}

  public static int append(ByteBuf out, int residualFlags, int residualBytes) {
    int at =
        BasicHeader.append(out, IscsiOpcode.SCSI_RESPONSE, BasicHeader.FINAL_FLAG | residualFlags);
    BasicHeader.transferTag(out, at, 0);
    out.setInt(at + RESIDUAL_OFFSET, residualBytes);
    return at;
  }

  public static void status(ByteBuf out, int at, int status) {
    out.setByte(at + RESPONSE_OFFSET, COMPLETED);
    out.setByte(at + STATUS_OFFSET, status);
  }

  /// How many Data-In and R2T PDUs preceded this response.
  public static void expDataSn(ByteBuf out, int at, int expDataSn) {
    out.setInt(at + EXP_DATA_SN_OFFSET, expDataSn);
  }
}
