package io.ashlar.nvme.uring;

import org.agrona.BufferUtil;
import org.agrona.concurrent.UnsafeBuffer;

/// `struct io_uring_params`: what is asked of a new ring, and where the kernel put its parts.
///
/// ```
/// 0          4          8       12     16       20         24     40          80          120
/// +----------+----------+-------+------+--------+----------+- - --+- - - - - -+- - - - - -+
/// | sq size  | cq size  | flags | cpu  | idle   | features |      | sq places | cq places |
/// ```
final class RingParameters {
  static final int LENGTH = 120;

  private static final int SQ_ENTRIES_OFFSET = 0;
  private static final int CQ_ENTRIES_OFFSET = SQ_ENTRIES_OFFSET + Integer.BYTES;
  private static final int FLAGS_OFFSET = CQ_ENTRIES_OFFSET + Integer.BYTES;
  private static final int THREAD_CPU_OFFSET = FLAGS_OFFSET + Integer.BYTES;
  private static final int THREAD_IDLE_OFFSET = THREAD_CPU_OFFSET + Integer.BYTES;
  private static final int FEATURES_OFFSET = THREAD_IDLE_OFFSET + Integer.BYTES;
  private static final int SQ_PLACES_OFFSET = 40;
  private static final int CQ_PLACES_OFFSET = SQ_PLACES_OFFSET + 40;

  private final UnsafeBuffer buffer =
      new UnsafeBuffer(BufferUtil.allocateDirectAligned(LENGTH, Long.BYTES));

  /// Starts afresh: the kernel writes into the structure even when it refuses.
  RingParameters ask(int flags, int threadIdleMs) {
    buffer.setMemory(0, LENGTH, (byte) 0);
    buffer.putInt(FLAGS_OFFSET, flags);
    buffer.putInt(THREAD_IDLE_OFFSET, threadIdleMs);
    return this;
  }

  long address() {
    return buffer.addressOffset();
  }

  int submissionEntries() {
    return buffer.getInt(SQ_ENTRIES_OFFSET);
  }

  int completionEntries() {
    return buffer.getInt(CQ_ENTRIES_OFFSET);
  }

  int flags() {
    return buffer.getInt(FLAGS_OFFSET);
  }

  int features() {
    return buffer.getInt(FEATURES_OFFSET);
  }

  int submissionHead() {
    return buffer.getInt(SQ_PLACES_OFFSET);
  }

  int submissionTail() {
    return buffer.getInt(SQ_PLACES_OFFSET + 4);
  }

  int submissionFlags() {
    return buffer.getInt(SQ_PLACES_OFFSET + 16);
  }

  int submissionArray() {
    return buffer.getInt(SQ_PLACES_OFFSET + 24);
  }

  int completionHead() {
    return buffer.getInt(CQ_PLACES_OFFSET);
  }

  int completionTail() {
    return buffer.getInt(CQ_PLACES_OFFSET + 4);
  }

  int completionEvents() {
    return buffer.getInt(CQ_PLACES_OFFSET + 20);
  }

  /// 0 before Linux 5.8, which has no such word.
  int completionFlags() {
    return buffer.getInt(CQ_PLACES_OFFSET + 24);
  }
}
