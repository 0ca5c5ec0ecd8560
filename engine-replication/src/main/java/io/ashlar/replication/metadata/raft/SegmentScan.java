package io.ashlar.replication.metadata.raft;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.CRC32C;

/// How much of a segment of Ratis' log holds.
///
/// ```
/// 0          8
/// +----------+-------------------------------------------+-------------+
/// | RaftLog1 | (length (1…5, base 128) · entry · crc32c)* | zeroes      |
/// +----------+-------------------------------------------+-------------+
/// ```
///
/// The checksum, big-endian, covers length and entry. The zeroes were laid out for what was to
/// come.
///
/// @param entries how many hold
/// @param provedBytes where the last of them ends
/// @param end what follows them
record SegmentScan(long entries, int provedBytes, End end) {
  private static final byte[] MAGIC = "RaftLog1".getBytes(StandardCharsets.US_ASCII);

  /// The first byte of every entry: the tag of its term.
  private static final byte ENTRY_BEGINS = 8;

  /// A term and an index at least, behind a length and before a checksum.
  private static final int ENTRY_BYTES_MIN = 8;

  /// What follows the last entry that holds.
  enum End {
    /// Nothing, or what was laid out.
    WHOLE,
    /// An entry that was being written: it breaks off, or nothing but zeroes is where it should go
    /// on.
    TORN,
    /// Something else.
    DAMAGED
  }

  static SegmentScan of(byte[] bytes) {
    int magic = Math.min(MAGIC.length, bytes.length);
    if (!Arrays.equals(bytes, 0, magic, MAGIC, 0, magic)) {
      return new SegmentScan(0, 0, isZero(bytes, 0) ? End.TORN : End.DAMAGED);
    }
    if (bytes.length < MAGIC.length) {
      return new SegmentScan(0, 0, End.TORN);
    }
    int at = MAGIC.length;
    long entries = 0;
    while (at < bytes.length && bytes[at] != 0) {
      int end = endOfEntry(bytes, at);
      if (end < 0) {
        return new SegmentScan(entries, at, isTorn(bytes, at) ? End.TORN : End.DAMAGED);
      }
      at = end;
      entries++;
    }
    return new SegmentScan(entries, at, isZero(bytes, at) ? End.WHOLE : End.DAMAGED);
  }

  /// @return where the entry ends, or -1 if it does not hold
  private static int endOfEntry(byte[] bytes, int at) {
    long length = 0;
    int shift = 0;
    int next = at;
    do {
      if (next >= bytes.length || shift > 28) {
        return -1;
      }
      length |= (bytes[next] & 0x7FL) << shift;
      shift += 7;
    } while (bytes[next++] < 0);
    if (length > bytes.length - next - Integer.BYTES) {
      return -1;
    }
    int end = next + (int) length;
    CRC32C checksum = new CRC32C();
    checksum.update(bytes, at, end - at);
    int stored = 0;
    for (int i = 0; i < Integer.BYTES; i++) {
      stored = (stored << 8) | (bytes[end + i] & 0xFF);
    }
    return stored == (int) checksum.getValue() ? end + Integer.BYTES : -1;
  }

  /// Whether the entry at `at` may be one whose writing was cut off: the file ends within it, or
  /// its checksum and all that follows is zeroes still. Whatever it looks like, nothing comes after
  /// it.
  private static boolean isTorn(byte[] bytes, int at) {
    int last = bytes.length - 1;
    while (last >= at && bytes[last] == 0) {
      last--;
    }
    int lengthBytes = 1;
    long length = 0;
    for (int i = at; i < bytes.length && lengthBytes <= 5; i++) {
      length |= (bytes[i] & 0x7FL) << (7 * (lengthBytes - 1));
      if (bytes[i] >= 0) {
        break;
      }
      lengthBytes++;
    }
    long end = at + lengthBytes + length;
    boolean breaksOff = last < end || end + Integer.BYTES > bytes.length;
    return breaksOff && !hasEntryAfter(bytes, at, last);
  }

  private static boolean hasEntryAfter(byte[] bytes, int at, int last) {
    for (int i = at + 1; i < last; i++) {
      boolean mayBegin = bytes[i] > 0 ? bytes[i + 1] == ENTRY_BEGINS : bytes[i] != 0;
      if (mayBegin && endOfEntry(bytes, i) > i + ENTRY_BYTES_MIN) {
        return true;
      }
    }
    return false;
  }

  private static boolean isZero(byte[] bytes, int from) {
    for (int i = from; i < bytes.length; i++) {
      if (bytes[i] != 0) {
        return false;
      }
    }
    return true;
  }
}
