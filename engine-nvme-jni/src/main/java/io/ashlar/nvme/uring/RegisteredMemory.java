package io.ashlar.nvme.uring;

import java.nio.ByteBuffer;
import org.agrona.BufferUtil;

/// Which memory the ring knows, as buffers of [Ring#REGISTERED_BUFFER_BYTES].
final class RegisteredMemory {
  /// [#indexOf] for memory that is not registered.
  static final int NONE = -1;

  private long address;

  /// 0 until memory is registered.
  private long length;

  private String words = "memory not registered";

  void use(ByteBuffer arena) {
    address = BufferUtil.address(arena);
    length = arena.capacity();
    words = "registered memory";
  }

  void explainAbsence(String why) {
    words = "memory not registered: " + why;
  }

  /// The number of the buffer that holds all of a range, or [#NONE].
  int indexOf(long rangeAddress, long rangeLength) {
    long start = rangeAddress - address;
    if (start < 0 || start > length - rangeLength) {
      return NONE;
    }
    long first = start / Ring.REGISTERED_BUFFER_BYTES;
    long last = (start + rangeLength - 1) / Ring.REGISTERED_BUFFER_BYTES;
    return first == last ? (int) first : NONE;
  }

  String describe() {
    return words;
  }
}
