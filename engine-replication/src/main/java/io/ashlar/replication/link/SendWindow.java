package io.ashlar.replication.link;

import io.ashlar.core.base.Check;
import io.ashlar.replication.transport.Transport;
import org.agrona.BitUtil;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/// Messages that were not acknowledged yet, in order, in memory that is taken at start. Each lies
/// in one piece behind room for its frame's head.
final class SendWindow {
  static final int ALIGNMENT = Long.BYTES;

  private final UnsafeBuffer memory;
  private final int[] offsets;
  private final int[] lengths;
  private final int mask;
  private long first = 1;
  private long next = 1;
  private int tail;

  /// @param memory room for messages and their heads
  /// @param messages how many at most, a power of two
  SendWindow(UnsafeBuffer memory, int messages) {
    Check.that(BitUtil.isPowerOfTwo(messages), "a power of two", messages);
    this.memory = memory;
    offsets = new int[messages];
    lengths = new int[messages];
    mask = messages - 1;
  }

  /// Takes a copy of a message.
  ///
  /// @return false if there is no room
  boolean offer(DirectBuffer message, int offset, int length) {
    int at = claim(length);
    if (at < 0) {
      return false;
    }
    memory.putBytes(at, message, offset, length);
    commit(at, length);
    return true;
  }

  /// Where in [#memory] a message of this length may be put now, or -1 if there is no room.
  int claim(int length) {
    int at = next - first == offsets.length ? -1 : place(needed(length));
    return at < 0 ? -1 : at + FrameFlyweight.BYTES;
  }

  /// About how much is free: a message may not fit before the end of the memory, so the longest is
  /// taken off.
  int freeBytes() {
    if (first == next) {
      return memory.capacity();
    }
    int head = offsets[(int) first & mask];
    int used = tail > head ? tail - head : memory.capacity() - (head - tail);
    return next - first == offsets.length
        ? 0
        : Math.max(0, memory.capacity() - used - Transport.MESSAGE_BYTES_MAX);
  }

  int freeMessages() {
    return offsets.length - (int) (next - first);
  }

  /// Takes the message that was put where [#claim] said.
  void commit(int at, int length) {
    int index = (int) next & mask;
    offsets[index] = at - FrameFlyweight.BYTES;
    lengths[index] = FrameFlyweight.BYTES + length;
    tail = offsets[index] + needed(length);
    next++;
  }

  private static int needed(int length) {
    return BitUtil.align(FrameFlyweight.BYTES + length, ALIGNMENT);
  }

  /// Where so many bytes fit behind the last message, or -1.
  private int place(int needed) {
    if (first == next) {
      return needed <= memory.capacity() ? 0 : -1;
    }
    int head = offsets[(int) first & mask];
    if (tail > head) {
      if (needed <= memory.capacity() - tail) {
        return tail;
      }
      return needed <= head ? 0 : -1;
    }
    return needed <= head - tail ? tail : -1;
  }

  /// Forgets messages up to and with `sequence`.
  void acknowledged(long sequence) {
    Check.that(sequence < next, "nothing is acknowledged before it is sent", sequence, next);
    first = Math.max(first, sequence + 1);
  }

  /// Forgets everything, and numbers from 1 on again.
  void clear() {
    first = 1;
    next = 1;
    tail = 0;
  }

  boolean isEmpty() {
    return first == next;
  }

  /// The number of the oldest message that is not acknowledged, or of the next one.
  long first() {
    return first;
  }

  /// The number that the next message gets.
  long next() {
    return next;
  }

  UnsafeBuffer memory() {
    return memory;
  }

  int offset(long sequence) {
    return offsets[(int) sequence & mask];
  }

  /// Length with the frame's head.
  int length(long sequence) {
    return lengths[(int) sequence & mask];
  }
}
