package io.ashlar.nvme.uring;

import org.agrona.concurrent.UnsafeBuffer;

/// The ring of entries that this process fills and the kernel takes. One thread fills it.
///
/// An entry (`struct io_uring_sqe`; twice as long with SQE128, the command at 48):
///
/// ```
/// 0      1       2        4     8          16         24       28         32      40     42 44 48
/// +------+-------+--------+-----+----------+----------+--------+----------+-------+------+--+--+-
/// |opcode| flags | ioprio | fd  | offset   | address  | length | op flags | user  | buf  |  |  |
/// ```
final class SubmissionRing {
  private static final int OPCODE_OFFSET = 0;
  private static final int FLAGS_OFFSET = OPCODE_OFFSET + Byte.BYTES;
  private static final int FD_OFFSET = 4;
  private static final int OFFSET_OFFSET = FD_OFFSET + Integer.BYTES;
  private static final int ADDRESS_OFFSET = OFFSET_OFFSET + Long.BYTES;
  private static final int LENGTH_OFFSET = ADDRESS_OFFSET + Long.BYTES;
  private static final int OPERATION_FLAGS_OFFSET = LENGTH_OFFSET + Integer.BYTES;
  private static final int USER_DATA_OFFSET = OPERATION_FLAGS_OFFSET + Integer.BYTES;
  private static final int BUFFER_INDEX_OFFSET = USER_DATA_OFFSET + Long.BYTES;

  /// Where the third address of a plain entry, or the command of a long one, begins.
  static final int COMMAND_OFFSET = 48;

  static final int ENTRY_BYTES = 64;

  private final UnsafeBuffer ring;
  private final UnsafeBuffer entries;
  private final int entryBytes;
  private final int headOffset;
  private final int tailOffset;
  private final int flagsOffset;
  private final int mask;
  private int tail;

  /// @param ring the mapped ring memory
  /// @param entries the mapped entries
  SubmissionRing(UnsafeBuffer ring, UnsafeBuffer entries, RingParameters parameters) {
    this.ring = ring;
    this.entries = entries;
    int count = parameters.submissionEntries();
    this.entryBytes = entries.capacity() / count;
    this.mask = count - 1;
    this.headOffset = parameters.submissionHead();
    this.tailOffset = parameters.submissionTail();
    this.flagsOffset = parameters.submissionFlags();
    this.tail = ring.getIntAcquire(tailOffset);
    // The ring holds indices of entries. Entries are used in order, so it is written once.
    for (int i = 0; i < count; i++) {
      ring.putInt(parameters.submissionArray() + i * Integer.BYTES, i);
    }
  }

  /// Begins the next entry, zeroed, with the registered file 0. The ring must have room.
  ///
  /// @return the entry, for the methods below
  int begin(byte opcode, long userData) {
    int entry = (tail & mask) * entryBytes;
    for (int at = 0; at < entryBytes; at += Long.BYTES) {
      entries.putLong(entry + at, 0);
    }
    entries.putByte(entry + OPCODE_OFFSET, opcode);
    entries.putByte(entry + FLAGS_OFFSET, UringConstants.ENTRY_FIXED_FILE);
    entries.putLong(entry + USER_DATA_OFFSET, userData);
    return entry;
  }

  void transfer(int entry, long offset, long address, int length) {
    entries.putLong(entry + OFFSET_OFFSET, offset);
    entries.putLong(entry + ADDRESS_OFFSET, address);
    entries.putInt(entry + LENGTH_OFFSET, length);
  }

  void operationFlags(int entry, int flags) {
    entries.putInt(entry + OPERATION_FLAGS_OFFSET, flags);
  }

  void bufferIndex(int entry, int index) {
    entries.putShort(entry + BUFFER_INDEX_OFFSET, (short) index);
  }

  void command(int entry, int at, long value) {
    entries.putLong(entry + COMMAND_OFFSET + at, value);
  }

  void command(int entry, int at, int value) {
    entries.putInt(entry + COMMAND_OFFSET + at, value);
  }

  /// Ends the entry begun last. The kernel may take it from now on.
  void publish() {
    ring.putIntRelease(tailOffset, ++tail);
  }

  /// How many entries the kernel has not taken.
  int pending() {
    return tail - ring.getIntAcquire(headOffset);
  }

  /// Bits that the kernel sets for us: `UringConstants.SQ_…`.
  int flags() {
    return ring.getIntAcquire(flagsOffset);
  }
}
