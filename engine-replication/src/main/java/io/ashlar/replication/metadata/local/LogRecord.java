package io.ashlar.replication.metadata.local;

import io.ashlar.core.base.Check;
import io.ashlar.core.base.Crc32c;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/// One record of the metadata log.
///
/// ```
/// 0       4        8        12     14        16                24          24+n     28+n
/// +-------+--------+--------+------+---------+-----------------+-- - - ----+--------+
/// | magic | crc32c | length | kind | version | state version   | payload   | end    |
/// | "AMDL"|  (4)   |  (4)   |  (2) |   (2)   |      (8)        |   (n)     | "END\n"|
/// +-------+--------+--------+------+---------+-----------------+-- - - ----+--------+
/// ```
///
/// Little-endian. The length is the whole record's; the checksum covers from the length to the end
/// of the payload. The state version is the one after the record was applied. The end mark is never
/// zero, which tells a record that was not written to its end from one that was damaged later: see
/// [LogScan].
final class LogRecord {
  static final int SNAPSHOT = 1;
  static final int COMMAND = 2;

  private static final int MAGIC = 0x4C44_4D41;
  private static final int VERSION = 1;
  private static final int END_MARK = 0x0A44_4E45;

  private static final int MAGIC_OFFSET = 0;
  private static final int CRC_OFFSET = MAGIC_OFFSET + Integer.BYTES;
  private static final int LENGTH_OFFSET = CRC_OFFSET + Integer.BYTES;
  private static final int KIND_OFFSET = LENGTH_OFFSET + Integer.BYTES;
  private static final int VERSION_OFFSET = KIND_OFFSET + Short.BYTES;
  private static final int STATE_VERSION_OFFSET = VERSION_OFFSET + Short.BYTES;
  static final int PAYLOAD_OFFSET = STATE_VERSION_OFFSET + Long.BYTES;
  private static final int END_BYTES = Integer.BYTES;

  /// What a record takes beside its payload.
  static final int OVERHEAD_BYTES = PAYLOAD_OFFSET + END_BYTES;

  private static final ByteOrder LITTLE = ByteOrder.LITTLE_ENDIAN;

  static {
    Check.that(PAYLOAD_OFFSET == 24, "the picture is true", PAYLOAD_OFFSET);
  }

  private LogRecord() {}

  static ByteBuffer encode(int kind, long stateVersion, byte[] payload) {
    byte[] bytes = new byte[payload.length + OVERHEAD_BYTES];
    UnsafeBuffer to = new UnsafeBuffer(bytes);
    to.putInt(MAGIC_OFFSET, MAGIC, LITTLE);
    to.putInt(LENGTH_OFFSET, bytes.length, LITTLE);
    to.putShort(KIND_OFFSET, (short) kind, LITTLE);
    to.putShort(VERSION_OFFSET, (short) VERSION, LITTLE);
    to.putLong(STATE_VERSION_OFFSET, stateVersion, LITTLE);
    to.putBytes(PAYLOAD_OFFSET, payload);
    to.putInt(bytes.length - END_BYTES, END_MARK, LITTLE);
    to.putInt(CRC_OFFSET, checksum(to, 0, bytes.length), LITTLE);
    return ByteBuffer.wrap(bytes);
  }

  private static int checksum(DirectBuffer from, int offset, int lengthBytes) {
    return new Crc32c().of(from, offset + LENGTH_OFFSET, lengthBytes - LENGTH_OFFSET - END_BYTES);
  }

  /// Whether a record that proves itself begins at `offset`.
  static boolean isWholeAt(DirectBuffer from, int offset) {
    if (!hasMagicAt(from, offset)) {
      return false;
    }
    int left = from.capacity() - offset;
    int lengthBytes = lengthAt(from, offset);
    return lengthBytes >= OVERHEAD_BYTES
        && lengthBytes <= left
        && from.getInt(offset + lengthBytes - END_BYTES, LITTLE) == END_MARK
        && from.getInt(offset + CRC_OFFSET, LITTLE) == checksum(from, offset, lengthBytes);
  }

  /// Whether the first bytes of a record, up to its payload, are there and begin as one does.
  static boolean hasMagicAt(DirectBuffer from, int offset) {
    return from.capacity() - offset >= PAYLOAD_OFFSET
        && from.getInt(offset + MAGIC_OFFSET, LITTLE) == MAGIC;
  }

  /// Whether the last bytes are those that end a record.
  static boolean hasEndMarkAtEnd(DirectBuffer from) {
    int at = from.capacity() - END_BYTES;
    return at >= 0 && from.getInt(at, LITTLE) == END_MARK;
  }

  /// Whether the end mark's place at the end is empty.
  static boolean hasNothingAtEnd(DirectBuffer from) {
    int at = from.capacity() - END_BYTES;
    return at >= 0 && from.getInt(at, LITTLE) == 0;
  }

  static boolean isKnownVersionAt(DirectBuffer from, int offset) {
    return from.getShort(offset + VERSION_OFFSET, LITTLE) == VERSION;
  }

  static int lengthAt(DirectBuffer from, int offset) {
    return from.getInt(offset + LENGTH_OFFSET, LITTLE);
  }

  static int kindAt(DirectBuffer from, int offset) {
    return from.getShort(offset + KIND_OFFSET, LITTLE);
  }

  static long stateVersionAt(DirectBuffer from, int offset) {
    return from.getLong(offset + STATE_VERSION_OFFSET, LITTLE);
  }

  static int payloadBytesAt(DirectBuffer from, int offset) {
    return lengthAt(from, offset) - OVERHEAD_BYTES;
  }
}
