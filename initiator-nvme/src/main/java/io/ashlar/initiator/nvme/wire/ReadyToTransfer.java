package io.ashlar.initiator.nvme.wire;

import java.nio.ByteBuffer;

/// R2T: the controller asks for a range of a command's data (TCP Transport Specification
/// §3.6.2.10).
///
/// ```
/// 0               8       10     12     16     20         24
/// +---------------+-------+------+------+------+----------+
/// | common header | cccid | ttag | r2to | r2tl | reserved |
/// +---------------+-------+------+------+------+----------+
/// ```
public final class ReadyToTransfer {
  public static final int COMMAND_ID_OFFSET = PduHeader.LENGTH;
  public static final int TRANSFER_TAG_OFFSET = COMMAND_ID_OFFSET + Short.BYTES;
  public static final int REQUESTED_OFFSET_OFFSET = TRANSFER_TAG_OFFSET + Short.BYTES;
  public static final int REQUESTED_LENGTH_OFFSET = REQUESTED_OFFSET_OFFSET + Integer.BYTES;
  public static final int RESERVED_OFFSET = REQUESTED_LENGTH_OFFSET + Integer.BYTES;
  public static final int LENGTH = RESERVED_OFFSET + Integer.BYTES;

  private ReadyToTransfer() {}

  public static int commandId(ByteBuffer from, int at) {
    return from.getShort(at + COMMAND_ID_OFFSET) & 0xFFFF;
  }

  public static int transferTag(ByteBuffer from, int at) {
    return from.getShort(at + TRANSFER_TAG_OFFSET) & 0xFFFF;
  }

  public static long requestedOffset(ByteBuffer from, int at) {
    return from.getInt(at + REQUESTED_OFFSET_OFFSET) & 0xFFFF_FFFFL;
  }

  public static long requestedLength(ByteBuffer from, int at) {
    return from.getInt(at + REQUESTED_LENGTH_OFFSET) & 0xFFFF_FFFFL;
  }
}
