package io.ashlar.target.nvme.spec;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import org.agrona.MutableDirectBuffer;

/// A completion queue entry (Base 2.0, 3.3.3.2; Fabrics form: 3.3.3.2.1).
///
/// ```
/// 0                 8         10       12           14       16
/// +-----------------+---------+--------+------------+--------+
/// | command's result| SQ head | (SQ id)| command id | status |
/// +-----------------+---------+--------+------------+--------+
/// ```
public final class CompletionFlyweight {
  public static final int LENGTH_BYTES = 16;

  public static final int RESULT_OFFSET = 0;
  public static final int SQ_HEAD_OFFSET = RESULT_OFFSET + Long.BYTES;
  public static final int SQ_ID_OFFSET = SQ_HEAD_OFFSET + Short.BYTES;
  public static final int COMMAND_ID_OFFSET = SQ_ID_OFFSET + Short.BYTES;
  public static final int STATUS_OFFSET = COMMAND_ID_OFFSET + Short.BYTES;

  private CompletionFlyweight() {}

  /// Writes an entry at `offset`; `status` is one of [NvmeStatus].
  public static void put(
      MutableDirectBuffer buffer, int offset, long result, int sqHead, int commandId, int status) {
    buffer.putLong(offset + RESULT_OFFSET, result, LITTLE_ENDIAN);
    long tail =
        (sqHead & 0xFFFFL)
            | (commandId & 0xFFFFL) << 32
            | (long) NvmeStatus.wireField(status) << 48;
    buffer.putLong(offset + SQ_HEAD_OFFSET, tail, LITTLE_ENDIAN);
  }
}
