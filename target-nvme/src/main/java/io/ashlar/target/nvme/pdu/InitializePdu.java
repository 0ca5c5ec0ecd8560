package io.ashlar.target.nvme.pdu;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/// ICReq and ICResp, the first PDU of each side (TCP 1.0, 3.6.2.2 and 3.6.2.3).
///
/// ```
///          0        8     10     11     12                    16        128
///          +--------+-----+------+------+---------------------+- reserved -+
/// request: | common | pfv | hpda | dgst | max R2T - 1         |            |
/// response:| common | pfv | cpda | dgst | max H2C data bytes  |            |
///          +--------+-----+------+------+---------------------+------------+
/// ```
public final class InitializePdu {
  public static final int LENGTH_BYTES = 128;

  public static final int VERSION_OFFSET = PduHeader.LENGTH_BYTES;
  public static final int ALIGNMENT_OFFSET = VERSION_OFFSET + Short.BYTES;
  public static final int DIGEST_OFFSET = ALIGNMENT_OFFSET + Byte.BYTES;
  public static final int MAXIMUM_OFFSET = DIGEST_OFFSET + Byte.BYTES;

  /// The one PDU format version there is.
  public static final int VERSION = 0;

  public static final int DIGEST_HEADER = 1;
  public static final int DIGEST_DATA = 1 << 1;

  /// The highest host alignment: 32 dwords.
  public static final int ALIGNMENT_MAX = 31;

  private InitializePdu() {}

  public static int version(DirectBuffer buffer, int offset) {
    return buffer.getShort(offset + VERSION_OFFSET, LITTLE_ENDIAN) & 0xFFFF;
  }

  /// The host's demand on where C2H data starts: a multiple of `(value + 1) * 4` bytes.
  public static int alignment(DirectBuffer buffer, int offset) {
    return buffer.getByte(offset + ALIGNMENT_OFFSET) & 0xFF;
  }

  public static int digest(DirectBuffer buffer, int offset) {
    return buffer.getByte(offset + DIGEST_OFFSET) & 0xFF;
  }

  /// Writes an ICResp. Ashlar asks for no alignment of its own.
  public static void putResponse(
      MutableDirectBuffer buffer, int offset, int digest, int hostDataBytesMax) {
    buffer.setMemory(offset, LENGTH_BYTES, (byte) 0);
    PduHeader.put(buffer, offset, PduHeader.IC_RESPONSE, LENGTH_BYTES, 0, LENGTH_BYTES);
    buffer.putShort(offset + VERSION_OFFSET, (short) VERSION, LITTLE_ENDIAN);
    buffer.putByte(offset + DIGEST_OFFSET, (byte) digest);
    buffer.putInt(offset + MAXIMUM_OFFSET, hostDataBytesMax, LITTLE_ENDIAN);
  }
}
