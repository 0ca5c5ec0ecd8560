package io.ashlar.target.nvme.pdu;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/// H2CTermReq and C2HTermReq (TCP 1.0, 3.6.2.4 and 3.6.2.5): the reason, then the header of the PDU
/// that was at fault. Never carries digests.
///
/// ```
/// 0        8            10                 14         24                    24+n, n <= 128
/// +--------+------------+------------------+----------+---------------------+
/// | common | fatal code | its information  | reserved | the offender's head |
/// +--------+------------+------------------+----------+---------------------+
/// ```
public final class TerminatePdu {
  public static final int LENGTH_BYTES = 24;

  public static final int CODE_OFFSET = PduHeader.LENGTH_BYTES;
  public static final int INFORMATION_OFFSET = CODE_OFFSET + Short.BYTES;

  /// The most that may follow the header.
  public static final int OFFENDER_BYTES_MAX = 128;

  private TerminatePdu() {}

  public static int code(DirectBuffer buffer, int offset) {
    return buffer.getShort(offset + CODE_OFFSET, LITTLE_ENDIAN) & 0xFFFF;
  }

  public static int information(DirectBuffer buffer, int offset) {
    return buffer.getInt(offset + INFORMATION_OFFSET, LITTLE_ENDIAN);
  }

  /// Writes a C2HTermReq's header for an offender's head of `offenderBytes`, which the caller puts
  /// behind it.
  public static void putRequest(
      MutableDirectBuffer buffer,
      int offset,
      TermReason reason,
      int information,
      int offenderBytes) {
    buffer.setMemory(offset, LENGTH_BYTES, (byte) 0);
    int length = LENGTH_BYTES + offenderBytes;
    PduHeader.put(buffer, offset, PduHeader.C2H_TERMINATE, LENGTH_BYTES, 0, length);
    buffer.putShort(offset + CODE_OFFSET, (short) reason.code, LITTLE_ENDIAN);
    buffer.putInt(offset + INFORMATION_OFFSET, information, LITTLE_ENDIAN);
  }
}
