package io.ashlar.initiator.nvme.wire;

import java.nio.ByteBuffer;

/// H2CData and C2HData (TCP Transport Specification §3.6.2.8 and §3.6.2.9). Both have one shape;
/// `ttag` is reserved in C2HData.
///
/// ```
/// 0               8       10     12      16      20         24
/// +---------------+-------+------+-------+-------+----------+
/// | common header | cccid | ttag | datao | datal | reserved |
/// +---------------+-------+------+-------+-------+----------+
/// ```
public final class DataTransfer {
  public static final int COMMAND_ID_OFFSET = PduHeader.LENGTH;
  public static final int TRANSFER_TAG_OFFSET = COMMAND_ID_OFFSET + Short.BYTES;
  public static final int DATA_OFFSET_OFFSET = TRANSFER_TAG_OFFSET + Short.BYTES;
  public static final int DATA_LENGTH_OFFSET = DATA_OFFSET_OFFSET + Integer.BYTES;
  public static final int RESERVED_OFFSET = DATA_LENGTH_OFFSET + Integer.BYTES;
  public static final int LENGTH = RESERVED_OFFSET + Integer.BYTES;

  private DataTransfer() {}

  /// Writes the header of an H2CData; digests and data are [PduLayout]'s.
  ///
  /// @param tags the command's identifier, and the R2T's transfer tag in the upper half
  public static void putToController(
      ByteBuffer to, int at, int tags, int dataOffset, int lastFlag, PduLayout layout) {
    PduHeader.put(
        to,
        at,
        PduHeader.typeAndFlags(PduType.H2C_DATA, layout.flags() | lastFlag),
        LENGTH,
        layout.dataOffset(),
        layout.length());
    to.putInt(at + COMMAND_ID_OFFSET, tags);
    to.putInt(at + DATA_OFFSET_OFFSET, dataOffset);
    to.putInt(at + DATA_LENGTH_OFFSET, layout.dataLength());
    to.putInt(at + RESERVED_OFFSET, 0);
  }

  public static int commandId(ByteBuffer from, int at) {
    return from.getShort(at + COMMAND_ID_OFFSET) & 0xFFFF;
  }

  public static long dataOffset(ByteBuffer from, int at) {
    return from.getInt(at + DATA_OFFSET_OFFSET) & 0xFFFF_FFFFL;
  }

  public static long dataLength(ByteBuffer from, int at) {
    return from.getInt(at + DATA_LENGTH_OFFSET) & 0xFFFF_FFFFL;
  }
}
