package io.ashlar.target.iscsi.pdu;

import io.netty.buffer.ByteBuf;

/// Task management request 0x02 and response 0x22 (RFC 7143 §11.5, §11.6).
///
/// ```
/// request                                          response
/// |.|I| 0x02 |1| Function |     reserved      |   |.|.| 0x22 |1| . | Response | reserved |  0
/// | Logical Unit Number                       |   | reserved                             |  8
/// | Initiator Task Tag                        |   | Initiator Task Tag                   | 16
/// | Referenced Task Tag                       |   | reserved                             | 20
/// | CmdSN                                     |   | StatSN                               | 24
/// | ExpStatSN                                 |   | ExpCmdSN                             | 28
/// | RefCmdSN                                  |   | MaxCmdSN                             | 32
/// | ExpDataSN                                 |   | reserved                             | 36
/// ```
public final class TaskManagementPdu {
  static final int RESPONSE_OFFSET = BasicHeader.FLAGS_OFFSET + 1;
  static final int REFERENCED_CMD_SN_OFFSET = BasicHeader.EXP_STAT_SN_OFFSET + Integer.BYTES;

  public static final int ABORT_TASK = 1;
  public static final int ABORT_TASK_SET = 2;
  public static final int CLEAR_ACA = 3;
  public static final int CLEAR_TASK_SET = 4;
  public static final int LOGICAL_UNIT_RESET = 5;
  public static final int TARGET_WARM_RESET = 6;
  public static final int TARGET_COLD_RESET = 7;
  public static final int TASK_REASSIGN = 8;

  public static final int COMPLETE = 0;
  public static final int TASK_DOES_NOT_EXIST = 1;
  public static final int LUN_DOES_NOT_EXIST = 2;
  public static final int REASSIGNMENT_NOT_SUPPORTED = 4;
  public static final int FUNCTION_NOT_SUPPORTED = 5;
  public static final int FUNCTION_REJECTED = 255;

  private static final int FUNCTION_MASK = 0x7F;

  private TaskManagementPdu() {}

  public static int function(ByteBuf header) {
    return BasicHeader.flags(header) & FUNCTION_MASK;
  }

  public static int referencedTag(ByteBuf header) {
    return BasicHeader.transferTag(header);
  }

  public static int referencedCmdSn(ByteBuf header) {
    return header.getInt(REFERENCED_CMD_SN_OFFSET);
  }

  public static int append(ByteBuf out, int response, int taskTag) {
    int at = BasicHeader.append(out, IscsiOpcode.TASK_MANAGEMENT_RESPONSE, BasicHeader.FINAL_FLAG);
    out.setByte(at + RESPONSE_OFFSET, response);
    BasicHeader.taskTag(out, at, taskTag);
    BasicHeader.transferTag(out, at, 0);
    return at;
  }
}
