package io.ashlar.target.nvme.pdu;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/// H2CData, C2HData and R2T, which share a shape (TCP 1.0, 3.6.2.8 to 3.6.2.10).
///
/// ```
/// 0        8            10             12            16       20         24
/// +--------+------------+--------------+-------------+--------+----------+
/// | common | command id | transfer tag | data offset | length | reserved |
/// +--------+------------+--------------+-------------+--------+----------+
/// ```
public final class DataPdu {
  public static final int LENGTH_BYTES = 24;

  public static final int COMMAND_ID_OFFSET = PduHeader.LENGTH_BYTES;
  public static final int TRANSFER_TAG_OFFSET = COMMAND_ID_OFFSET + Short.BYTES;
  public static final int DATA_OFFSET_OFFSET = TRANSFER_TAG_OFFSET + Short.BYTES;
  public static final int DATA_LENGTH_OFFSET = DATA_OFFSET_OFFSET + Integer.BYTES;
  public static final int RESERVED_OFFSET = DATA_LENGTH_OFFSET + Integer.BYTES;

  private DataPdu() {}

  public static int commandId(DirectBuffer buffer, int offset) {
    return buffer.getShort(offset + COMMAND_ID_OFFSET, LITTLE_ENDIAN) & 0xFFFF;
  }

  public static int transferTag(DirectBuffer buffer, int offset) {
    return buffer.getShort(offset + TRANSFER_TAG_OFFSET, LITTLE_ENDIAN) & 0xFFFF;
  }

  public static long dataOffset(DirectBuffer buffer, int offset) {
    return buffer.getInt(offset + DATA_OFFSET_OFFSET, LITTLE_ENDIAN) & 0xFFFF_FFFFL;
  }

  public static long dataLength(DirectBuffer buffer, int offset) {
    return buffer.getInt(offset + DATA_LENGTH_OFFSET, LITTLE_ENDIAN) & 0xFFFF_FFFFL;
  }

  /// Writes all that follows the common header.
  public static void putTransfer(
      MutableDirectBuffer buffer, int offset, int commandId, int tag, int dataOffset, int length) {
    long first = (commandId & 0xFFFFL) | (tag & 0xFFFFL) << 16 | (long) dataOffset << 32;
    buffer.putLong(offset + COMMAND_ID_OFFSET, first, LITTLE_ENDIAN);
    buffer.putLong(offset + DATA_LENGTH_OFFSET, length & 0xFFFF_FFFFL, LITTLE_ENDIAN);
  }
}
