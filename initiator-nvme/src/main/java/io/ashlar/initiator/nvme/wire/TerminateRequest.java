package io.ashlar.initiator.nvme.wire;

import java.nio.ByteBuffer;

/// H2CTermReq and C2HTermReq: the sender found a fatal error and is about to close (TCP Transport
/// Specification §3.6.2.4 and §3.6.2.5). Its data is the start of the PDU that was wrong.
///
/// ```
/// 0               8     10                14         24
/// +---------------+-----+-----------------+----------+-------------------------+
/// | common header | fes | fei             | reserved | header of the wrong PDU |
/// +---------------+-----+-----------------+----------+-------------------------+
/// ```
public final class TerminateRequest {
  public static final int STATUS_OFFSET = PduHeader.LENGTH;
  public static final int INFORMATION_OFFSET = STATUS_OFFSET + Short.BYTES;
  public static final int RESERVED_OFFSET = INFORMATION_OFFSET + Integer.BYTES;
  public static final int LENGTH = 24;

  /// The most of a wrong PDU that may be sent back.
  public static final int DATA_LENGTH_MAX = 128;

  private TerminateRequest() {}

  /// Writes an H2CTermReq at `at`.
  ///
  /// @param status a fatal error of [FatalError]
  /// @param information the offset of the field that was wrong, or 0
  /// @param wrong a buffer that holds the wrong PDU's header
  /// @param wrongAt where it starts there
  /// @param wrongLength how much of it to send, at most [#DATA_LENGTH_MAX]
  /// @return the PDU's length
  public static int put(
      ByteBuffer to,
      FatalError status,
      int information,
      ByteBuffer wrong,
      int wrongAt,
      int wrongLength) {
    int at = to.position();
    int length = LENGTH + wrongLength;
    PduHeader.put(to, at, PduHeader.typeAndFlags(PduType.H2C_TERM_REQ, 0), LENGTH, 0, length);
    to.putShort(at + STATUS_OFFSET, (short) status.code());
    to.putInt(at + INFORMATION_OFFSET, information);
    to.putShort(at + RESERVED_OFFSET, (short) 0);
    to.putLong(at + RESERVED_OFFSET + Short.BYTES, 0);
    to.put(at + LENGTH, wrong, wrongAt, wrongLength);
    return length;
  }

  public static int status(ByteBuffer from, int at) {
    return from.getShort(at + STATUS_OFFSET) & 0xFFFF;
  }

  public static int information(ByteBuffer from, int at) {
    return from.getInt(at + INFORMATION_OFFSET);
  }
}
