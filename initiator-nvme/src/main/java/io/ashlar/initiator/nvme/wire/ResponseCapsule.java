package io.ashlar.initiator.nvme.wire;

import java.nio.ByteBuffer;

/// CapsuleResp: a completion queue entry (TCP Transport Specification §3.6.2.7; the entry after NVM
/// Express Base Specification 2.0 §3.3.3.2).
///
/// ```
/// 0               8              16     18     20    22       24
/// +---------------+--------------+------+------+-----+--------+
/// | common header | result (8 B) | sqhd | sqid | cid | status |
/// +---------------+--------------+------+------+-----+--------+
/// ```
///
/// `status` has the phase tag in bit 0 (unused in fabrics), then SC (8), SCT (3), CRD (2), More, Do
/// Not Retry.
public final class ResponseCapsule {
  public static final int RESULT_OFFSET = PduHeader.LENGTH;
  public static final int SQ_HEAD_OFFSET = RESULT_OFFSET + Long.BYTES;
  public static final int SQ_ID_OFFSET = SQ_HEAD_OFFSET + Short.BYTES;
  public static final int COMMAND_ID_OFFSET = SQ_ID_OFFSET + Short.BYTES;
  public static final int STATUS_OFFSET = COMMAND_ID_OFFSET + Short.BYTES;
  public static final int LENGTH = STATUS_OFFSET + Short.BYTES;

  private ResponseCapsule() {}

  public static long result(ByteBuffer from, int at) {
    return from.getLong(at + RESULT_OFFSET);
  }

  public static int commandId(ByteBuffer from, int at) {
    return from.getShort(at + COMMAND_ID_OFFSET) & 0xFFFF;
  }

  /// The status without its phase tag: SCT and SC in the low 11 bits, Do Not Retry in bit 14.
  public static int status(ByteBuffer from, int at) {
    return (from.getShort(at + STATUS_OFFSET) & 0xFFFF) >>> 1;
  }
}
