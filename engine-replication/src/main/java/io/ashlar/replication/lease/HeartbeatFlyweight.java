package io.ashlar.replication.lease;

import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/// What nodes say to each other all the time.
///
/// ```
/// 0    1    8               16              24
/// +----+----+---------------+---------------+
/// |kind| 0  |     life      |  asked at ns  |
/// +----+----+---------------+---------------+
/// ```
///
/// `life` is that of whoever asks, in both kinds; `asked` is a time of its clock, which nobody else
/// makes anything of.
final class HeartbeatFlyweight {
  /// Says that the sender lives, and asks for a lease.
  static final byte ASK = 1;

  /// Gives the lease that was asked for then.
  static final byte GIVE = 2;

  static final int BYTES = 24;

  private static final int KIND_OFFSET = 0;
  private static final int LIFE_OFFSET = 8;
  private static final int ASKED_OFFSET = 16;

  private final UnsafeBuffer buffer = new UnsafeBuffer(0, 0);

  HeartbeatFlyweight wrap(MutableDirectBuffer memory, int offset) {
    buffer.wrap(memory, offset, BYTES);
    return this;
  }

  byte kind() {
    return buffer.getByte(KIND_OFFSET);
  }

  long life() {
    return buffer.getLong(LIFE_OFFSET);
  }

  long askedNs() {
    return buffer.getLong(ASKED_OFFSET);
  }

  void set(byte kind, long life, long askedNs) {
    buffer.putLong(KIND_OFFSET, 0);
    buffer.putByte(KIND_OFFSET, kind);
    buffer.putLong(LIFE_OFFSET, life);
    buffer.putLong(ASKED_OFFSET, askedNs);
  }
}
