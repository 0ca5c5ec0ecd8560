package io.ashlar.target.nvme.pdu;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/// The common header of all PDUs (TCP 1.0, 3.6.1), and their types and lengths.
///
/// ```
/// 0      1       2      3            4                8
/// +------+-------+------+------------+----------------+
/// | type | flags | hlen | data offset| pdu length u32 |
/// +------+-------+------+------------+----------------+
/// ```
public final class PduHeader {
  public static final int LENGTH_BYTES = 8;

  public static final int TYPE_OFFSET = 0;
  public static final int FLAGS_OFFSET = TYPE_OFFSET + Byte.BYTES;
  public static final int HEADER_LENGTH_OFFSET = FLAGS_OFFSET + Byte.BYTES;
  public static final int DATA_OFFSET_OFFSET = HEADER_LENGTH_OFFSET + Byte.BYTES;
  public static final int PDU_LENGTH_OFFSET = DATA_OFFSET_OFFSET + Byte.BYTES;

  public static final int IC_REQUEST = 0x00;
  public static final int IC_RESPONSE = 0x01;
  public static final int H2C_TERMINATE = 0x02;
  public static final int C2H_TERMINATE = 0x03;
  public static final int COMMAND = 0x04;
  public static final int RESPONSE = 0x05;
  public static final int H2C_DATA = 0x06;
  public static final int C2H_DATA = 0x07;
  public static final int READY_TO_TRANSFER = 0x09;

  public static final int FLAG_HEADER_DIGEST = 1;
  public static final int FLAG_DATA_DIGEST = 1 << 1;

  /// Of data PDUs: the last one of its transfer.
  public static final int FLAG_LAST = 1 << 2;

  /// Of C2HData: the command succeeded and no response follows.
  public static final int FLAG_SUCCESS = 1 << 3;

  public static final int DIGEST_BYTES = 4;

  private PduHeader() {}

  public static int type(DirectBuffer buffer, int offset) {
    return buffer.getByte(offset + TYPE_OFFSET) & 0xFF;
  }

  public static int flags(DirectBuffer buffer, int offset) {
    return buffer.getByte(offset + FLAGS_OFFSET) & 0xFF;
  }

  public static int headerLength(DirectBuffer buffer, int offset) {
    return buffer.getByte(offset + HEADER_LENGTH_OFFSET) & 0xFF;
  }

  public static int dataOffset(DirectBuffer buffer, int offset) {
    return buffer.getByte(offset + DATA_OFFSET_OFFSET) & 0xFF;
  }

  /// The PDU's whole length; a `long` because the field is unsigned.
  public static long pduLength(DirectBuffer buffer, int offset) {
    return buffer.getInt(offset + PDU_LENGTH_OFFSET, LITTLE_ENDIAN) & 0xFFFF_FFFFL;
  }

  /// Writes all eight bytes.
  public static void put(
      MutableDirectBuffer buffer, int offset, int typeAndFlags, int hlen, int pdo, int plen) {
    long header =
        (typeAndFlags & 0xFFFFL) | (hlen & 0xFFL) << 16 | (pdo & 0xFFL) << 24 | (long) plen << 32;
    buffer.putLong(offset, header, LITTLE_ENDIAN);
  }

  /// Joins a type and flags for [#put].
  public static int typeAndFlags(int type, int flags) {
    return type | flags << 8;
  }
}
