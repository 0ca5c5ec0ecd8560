package io.ashlar.replication.link;

import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/// The head of a frame, which is all of it but for [#DATA].
///
/// ```
/// 0    1               8               16              24              32              40
/// +----+---------------+---------------+---------------+---------------+---------------+--------
/// |kind|       0       |   from life   |    to life    |   sequence    |received to …  | message
/// +----+---------------+---------------+---------------+---------------+---------------+--------
/// ```
///
/// A life is a node's incarnation; 0 where the sender does not know it. `sequence` numbers the
/// messages between two lives from 1 on; the last field acknowledges those of the other direction.
final class FrameFlyweight {
  /// Says who is there.
  static final byte HELLO = 1;

  /// Carries a message.
  static final byte DATA = 2;

  /// Acknowledges what came.
  static final byte ACK = 3;

  static final int KIND_OFFSET = 0;
  static final int FROM_OFFSET = 8;
  static final int TO_OFFSET = 16;
  static final int SEQUENCE_OFFSET = 24;
  static final int RECEIVED_OFFSET = 32;
  static final int BYTES = 40;

  private final UnsafeBuffer buffer = new UnsafeBuffer(0, 0);

  FrameFlyweight wrap(MutableDirectBuffer memory, int offset) {
    buffer.wrap(memory, offset, BYTES);
    return this;
  }

  byte kind() {
    return buffer.getByte(KIND_OFFSET);
  }

  long fromLife() {
    return buffer.getLong(FROM_OFFSET);
  }

  long toLife() {
    return buffer.getLong(TO_OFFSET);
  }

  long sequence() {
    return buffer.getLong(SEQUENCE_OFFSET);
  }

  long received() {
    return buffer.getLong(RECEIVED_OFFSET);
  }

  FrameFlyweight kind(byte kind) {
    buffer.putLong(KIND_OFFSET, 0);
    buffer.putByte(KIND_OFFSET, kind);
    return this;
  }

  FrameFlyweight lives(long from, long to) {
    buffer.putLong(FROM_OFFSET, from);
    buffer.putLong(TO_OFFSET, to);
    return this;
  }

  FrameFlyweight order(long sequence, long received) {
    buffer.putLong(SEQUENCE_OFFSET, sequence);
    buffer.putLong(RECEIVED_OFFSET, received);
    return this;
  }
}
