package io.ashlar.core.format;

import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/// The fixed part of a group's header; records follow it at once.
///
/// ```
/// 0        4        8               16              24
/// +--------+--------+---------------+---------------+
/// | magic  | crc32c |    secret     |   sequence    |
/// +--------+--------+-------+-------+-------+-------+
/// | durable through | epoch | gener | header|payload|  24 … 48
/// +--------+---+-+--+-------+-------+-------+-------+
/// |records |lan|s|0 |  epoch millis                 |  48 … 64
/// +--------+---+-+--+-------------------------------+
/// ```
///
/// `header` is the length of this part and all records in bytes, not padded; the checksum covers it
/// from `secret` on. `payload` is the length of all payloads with their padding. The header on the
/// device is padded, as [#paddedBytes] says, or to the stream's fixed header length where it has
/// one; what follows the payload up to the device's alignment is zero.
public final class GroupHeaderFlyweight {
  public static final int MAGIC = 0x50524741; // "AGRP"

  static final int MAGIC_OFFSET = 0;
  static final int CHECKSUM_OFFSET = MAGIC_OFFSET + Integer.BYTES;
  static final int SECRET_OFFSET = CHECKSUM_OFFSET + Integer.BYTES;
  static final int SEQUENCE_OFFSET = SECRET_OFFSET + Long.BYTES;
  static final int DURABLE_THROUGH_OFFSET = SEQUENCE_OFFSET + Long.BYTES;
  static final int EPOCH_OFFSET = DURABLE_THROUGH_OFFSET + Long.BYTES;
  static final int GENERATION_OFFSET = EPOCH_OFFSET + Integer.BYTES;
  static final int HEADER_BYTES_OFFSET = GENERATION_OFFSET + Integer.BYTES;
  static final int PAYLOAD_BYTES_OFFSET = HEADER_BYTES_OFFSET + Integer.BYTES;
  static final int RECORDS_OFFSET = PAYLOAD_BYTES_OFFSET + Integer.BYTES;
  static final int LANE_OFFSET = RECORDS_OFFSET + Integer.BYTES;
  static final int STREAM_OFFSET = LANE_OFFSET + Short.BYTES;
  static final int TIME_OFFSET = STREAM_OFFSET + 2;

  /// Length of the fixed part.
  public static final int BYTES = TIME_OFFSET + Long.BYTES;

  /// The longest header, records included: a reader never needs more to know what a group holds.
  public static final int HEADER_BYTES_MAX = 16 * 1024;

  /// Padded length of every META header but a seal's, so that the places of pages are known when
  /// they are appended.
  public static final int META_HEADER_BYTES = 4096;

  /// From this much payload on, the first block lies on a boundary of [#PAYLOAD_ALIGNMENT_BYTES].
  static final int ALIGNED_PAYLOAD_BYTES_MIN = 32 * 1024;

  /// What disks read and write in, whatever block they tell of: a block that is stored as it is
  /// should not lie across two of these.
  static final int PAYLOAD_ALIGNMENT_BYTES = 4096;

  private final UnsafeBuffer buffer = new UnsafeBuffer(0, 0);

  /// What a header takes on the device: up to the device's alignment, or up to a boundary between
  /// disk blocks where there is so much payload that it hardly adds to it; but whole units only
  /// where the payload is short and the whole group gets shorter so. Blocks that are stored as they
  /// are stay aligned where nothing was compressed.
  ///
  /// @param offset where in its segment the group begins
  /// @param headerBytes see [#headerBytes]
  /// @param payloadBytes see [#payloadBytes]
  /// @param alignmentBytes the device's, 512 or 4096
  public static int paddedBytes(int offset, int headerBytes, int payloadBytes, int alignmentBytes) {
    int least = Sectors.align(headerBytes, alignmentBytes);
    if (payloadBytes < ALIGNED_PAYLOAD_BYTES_MIN) {
      int tight = Sectors.align(headerBytes, Sectors.BYTES);
      boolean isShorter =
          groupBytes(tight, payloadBytes, alignmentBytes)
              < groupBytes(least, payloadBytes, alignmentBytes);
      return isShorter ? tight : least;
    }
    int aligned = Sectors.align(offset + least, PAYLOAD_ALIGNMENT_BYTES) - offset;
    return aligned <= HEADER_BYTES_MAX ? aligned : least;
  }

  /// The most that [#paddedBytes] may be, wherever the group will begin.
  public static int paddedBytesMax(int headerBytes, int payloadBytes, int alignmentBytes) {
    int least = Sectors.align(headerBytes, alignmentBytes);
    return payloadBytes >= ALIGNED_PAYLOAD_BYTES_MIN
        ? Math.min(least + PAYLOAD_ALIGNMENT_BYTES - alignmentBytes, HEADER_BYTES_MAX)
        : least;
  }

  /// What a group takes on the device: it ends where the next may begin.
  ///
  /// @param paddedHeaderBytes see [#paddedBytes]
  public static int groupBytes(int paddedHeaderBytes, int payloadBytes, int alignmentBytes) {
    return Sectors.align(paddedHeaderBytes + payloadBytes, alignmentBytes);
  }

  public GroupHeaderFlyweight wrap(MutableDirectBuffer source, int offset, int length) {
    buffer.wrap(source, offset, length);
    return this;
  }

  public UnsafeBuffer buffer() {
    return buffer;
  }

  public int magic() {
    return buffer.getInt(MAGIC_OFFSET);
  }

  public int checksum() {
    return buffer.getInt(CHECKSUM_OFFSET);
  }

  public long secret() {
    return buffer.getLong(SECRET_OFFSET);
  }

  public long sequence() {
    return buffer.getLong(SEQUENCE_OFFSET);
  }

  public long durableThrough() {
    return buffer.getLong(DURABLE_THROUGH_OFFSET);
  }

  public int epoch() {
    return buffer.getInt(EPOCH_OFFSET);
  }

  public int generation() {
    return buffer.getInt(GENERATION_OFFSET);
  }

  public int headerBytes() {
    return buffer.getInt(HEADER_BYTES_OFFSET);
  }

  public int payloadBytes() {
    return buffer.getInt(PAYLOAD_BYTES_OFFSET);
  }

  public int records() {
    return buffer.getInt(RECORDS_OFFSET);
  }

  public int lane() {
    return buffer.getShort(LANE_OFFSET) & 0xFFFF;
  }

  public int stream() {
    return buffer.getByte(STREAM_OFFSET);
  }

  public long epochMillis() {
    return buffer.getLong(TIME_OFFSET);
  }

  public GroupHeaderFlyweight identity(long secret, int lane, int stream) {
    buffer.putInt(MAGIC_OFFSET, MAGIC);
    buffer.putLong(SECRET_OFFSET, secret);
    buffer.putShort(LANE_OFFSET, (short) lane);
    buffer.putByte(STREAM_OFFSET, (byte) stream);
    buffer.putByte(STREAM_OFFSET + 1, (byte) 0);
    return this;
  }

  public GroupHeaderFlyweight order(long sequence, long durableThrough, int epoch, int generation) {
    buffer.putLong(SEQUENCE_OFFSET, sequence);
    buffer.putLong(DURABLE_THROUGH_OFFSET, durableThrough);
    buffer.putInt(EPOCH_OFFSET, epoch);
    buffer.putInt(GENERATION_OFFSET, generation);
    return this;
  }

  public GroupHeaderFlyweight shape(int headerBytes, int payloadBytes, int records) {
    buffer.putInt(HEADER_BYTES_OFFSET, headerBytes);
    buffer.putInt(PAYLOAD_BYTES_OFFSET, payloadBytes);
    buffer.putInt(RECORDS_OFFSET, records);
    return this;
  }

  public GroupHeaderFlyweight time(long epochMillis) {
    buffer.putLong(TIME_OFFSET, epochMillis);
    return this;
  }

  public GroupHeaderFlyweight checksum(int crc) {
    buffer.putInt(CHECKSUM_OFFSET, crc);
    return this;
  }
}
