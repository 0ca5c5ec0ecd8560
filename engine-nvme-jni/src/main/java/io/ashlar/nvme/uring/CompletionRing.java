package io.ashlar.nvme.uring;

import org.agrona.concurrent.UnsafeBuffer;

/// The ring of results that the kernel fills. One thread empties it.
///
/// An event (`struct io_uring_cqe`; twice as long with CQE32):
///
/// ```
/// 0           8        12      16
/// +-----------+--------+-------+
/// | user data | result | flags |
/// ```
final class CompletionRing {
  static final int EVENT_BYTES = 16;

  private static final int USER_DATA_OFFSET = 0;
  private static final int RESULT_OFFSET = USER_DATA_OFFSET + Long.BYTES;

  private final UnsafeBuffer ring;
  private final int eventBytes;
  private final int eventsOffset;
  private final int headOffset;
  private final int tailOffset;
  private final int flagsOffset;
  private final int mask;
  private int head;

  CompletionRing(UnsafeBuffer ring, RingParameters parameters, int eventBytes) {
    this.ring = ring;
    this.eventBytes = eventBytes;
    this.eventsOffset = parameters.completionEvents();
    this.headOffset = parameters.completionHead();
    this.tailOffset = parameters.completionTail();
    this.flagsOffset = parameters.completionFlags();
    this.mask = parameters.completionEntries() - 1;
    this.head = ring.getIntAcquire(headOffset);
  }

  /// How many events wait.
  int ready() {
    return ring.getIntAcquire(tailOffset) - head;
  }

  /// The oldest event's user data; only while [#ready].
  long userData() {
    return ring.getLong(eventsOffset + (head & mask) * eventBytes + USER_DATA_OFFSET);
  }

  /// The oldest event's result: bytes moved, or a negative errno.
  int result() {
    return ring.getInt(eventsOffset + (head & mask) * eventBytes + RESULT_OFFSET);
  }

  /// Gives the oldest event's place back to the kernel.
  void advance() {
    ring.putIntRelease(headOffset, ++head);
  }

  /// Sets whether completions signal the ring's eventfd.
  void eventFdFlags(int flags) {
    if (flagsOffset != 0) {
      ring.putIntRelease(flagsOffset, flags);
    }
  }
}
