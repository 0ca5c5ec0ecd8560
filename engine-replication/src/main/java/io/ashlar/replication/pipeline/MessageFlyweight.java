package io.ashlar.replication.pipeline;

import io.ashlar.core.volume.VolumeId;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/// What one replica says to another of a volume.
///
/// ```
/// 0    1    2   4         8                24            32
/// +----+----+---+---------+----------------+-------------+---------------
/// |kind|flag| 0 |  epoch  |   volume id    |  write id   | sealed record
/// +----+----+---+---------+----------------+-------------+---------------
/// ```
///
/// `epoch` is the newest that the sender knows: who knows a newer one does as if nothing had been
/// said, and says so.
final class MessageFlyweight {
  /// A record to be appended; the only kind that carries one.
  static final byte APPEND = 1;

  /// All up to the write id is durable at the sender.
  static final byte DURABLE = 2;

  /// The sender does not follow: it knows a newer epoch, or the record is not what comes next after
  /// the write id.
  static final byte REFUSED = 3;

  /// The sender leads and asks how far the receiver has the volume.
  static final byte ASK = 4;

  /// The sender has everything up to the write id, durably; the body is its history, as
  /// [io.ashlar.core.volume.VolumeHistory] encodes it.
  static final byte POSITION = 5;

  /// Blocks from `write id` on, as many as the body says (8 bytes), have a version at the sender
  /// that is no part of the history; with [#FLAG_UNMAPPED] all of them are unmapped there at once.
  static final byte DIVERGED = 6;

  /// The sender has told of all such blocks, as one that takes part again after the write id.
  static final byte REPORTED = 7;

  static final byte FLAG_UNMAPPED = 1;

  static final int BYTES = 32;

  /// Length of a DIVERGED.
  static final int DIVERGED_BYTES = BYTES + Long.BYTES;

  private static final int KIND_OFFSET = 0;
  private static final int FLAGS_OFFSET = 1;
  private static final int EPOCH_OFFSET = 4;
  private static final int VOLUME_OFFSET = 8;
  private static final int WRITE_ID_OFFSET = 24;

  private final UnsafeBuffer buffer = new UnsafeBuffer(0, 0);

  MessageFlyweight wrap(MutableDirectBuffer memory, int offset) {
    buffer.wrap(memory, offset, BYTES);
    return this;
  }

  byte kind() {
    return buffer.getByte(KIND_OFFSET);
  }

  boolean hasFlag(byte flag) {
    return (buffer.getByte(FLAGS_OFFSET) & flag) != 0;
  }

  void flag(byte flag) {
    buffer.putByte(FLAGS_OFFSET, flag);
  }

  int epoch() {
    return buffer.getInt(EPOCH_OFFSET);
  }

  /// The lower half of the volume's id, which is random enough to find it by.
  long volumeKey() {
    return buffer.getLong(VOLUME_OFFSET + Long.BYTES);
  }

  boolean isOf(VolumeId volume) {
    return volumeKey() == key(volume)
        && buffer.getLong(VOLUME_OFFSET) == volume.uuid().getMostSignificantBits();
  }

  /// See [#volumeKey].
  static long key(VolumeId volume) {
    return volume.uuid().getLeastSignificantBits();
  }

  long writeId() {
    return buffer.getLong(WRITE_ID_OFFSET);
  }

  void copyTo(MutableDirectBuffer target, int offset) {
    target.putBytes(offset, buffer, 0, BYTES);
  }

  /// Makes it say that the sender of what it was has nothing of the volume.
  void refusal() {
    buffer.putByte(KIND_OFFSET, REFUSED);
    buffer.putLong(WRITE_ID_OFFSET, 0);
  }

  void set(byte kind, int epoch, VolumeId volume, long writeId) {
    buffer.putInt(KIND_OFFSET, 0);
    buffer.putByte(KIND_OFFSET, kind);
    buffer.putInt(EPOCH_OFFSET, epoch);
    buffer.putLong(VOLUME_OFFSET, volume.uuid().getMostSignificantBits());
    buffer.putLong(VOLUME_OFFSET + Long.BYTES, volume.uuid().getLeastSignificantBits());
    buffer.putLong(WRITE_ID_OFFSET, writeId);
  }
}
