package io.ashlar.core.format;

import io.ashlar.core.base.Check;
import io.ashlar.core.base.Crc32c;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.agrona.MutableDirectBuffer;
import org.jspecify.annotations.Nullable;

/// The root of one lane: who the device is, and where the newest checkpoint and the log after it
/// begin. Two copies are written in turn; the valid one with the higher generation counts.
///
/// ```
/// 0               8        12       16              24              40              56
/// +---------------+--------+--------+---------------+---------------+---------------+
/// |  "ASHLARSB"   | crc32c |version |  generation   |  device uuid  | cluster uuid  |
/// +---------------+--------+--------+-------+-------+---------------+---------------+
/// |    secret     |lane lanes| unit  |segment|segments| header area  |  56 … 88
/// +---------------+----------+-------+-------+--------+--------------+
/// | epoch | clean | replay from    | cut at          |               88 … 112
/// +-------+-------+----------------+-----------------+
/// | checkpoint: last piece | segment generation | pieces | body length | body crc | checkpoint number |  112 … 144
/// +------------------------+--------------------+--------+-------------+----------+-------------------+
/// | stream × 3: segment · generation · offset · 0                    |               144 … 192
/// +------------------------------+-----------------------------------+
/// | last scrub: began, epoch ms  | last one that ended: epoch ms     |               192 … 208
/// +------------------------------+-----------------------------------+
/// ```
///
/// The checksum covers everything after itself up to [#BYTES].
///
/// @param generation raised with every write; decides between the two copies
/// @param device identity of the device, and of its format: formatting again makes a new one
/// @param secret carried by every group header
/// @param epoch of the last start: no record has a higher one
/// @param clean whether the lane was closed in order
/// @param replayFrom the first group sequence that the checkpoint does not hold
/// @param cutSequence groups from this sequence on count only if their epoch is at least `epoch`
/// @param checkpoint where the checkpoint is, or [Pieces#NONE]
/// @param cursors per stream, where its first group from `replayFrom` on is or will be
/// @param scrub of the lane, as of this write; zeroes where it was written before there were any
public record Superblock(
    long generation,
    UUID device,
    UUID cluster,
    long secret,
    LaneGeometry geometry,
    int epoch,
    boolean clean,
    long replayFrom,
    long cutSequence,
    Pieces checkpoint,
    List<StreamCursor> cursors,
    ScrubTimes scrub) {
  public static final int BYTES = 4096;
  public static final long MAGIC = 0x42535241_4C485341L; // "ASHLARSB"

  /// Highest epoch: write ids keep 24 bits of it, and stay positive.
  public static final int EPOCH_MAX = (1 << 23) - 1;

  private static final int MAGIC_OFFSET = 0;
  private static final int CHECKSUM_OFFSET = MAGIC_OFFSET + Long.BYTES;
  private static final int VERSION_OFFSET = CHECKSUM_OFFSET + Integer.BYTES;
  private static final int GENERATION_OFFSET = VERSION_OFFSET + Integer.BYTES;
  private static final int DEVICE_OFFSET = GENERATION_OFFSET + Long.BYTES;
  private static final int CLUSTER_OFFSET = DEVICE_OFFSET + 2 * Long.BYTES;
  private static final int SECRET_OFFSET = CLUSTER_OFFSET + 2 * Long.BYTES;
  private static final int LANE_OFFSET = SECRET_OFFSET + Long.BYTES;
  private static final int LANES_OFFSET = LANE_OFFSET + Short.BYTES;
  private static final int UNIT_OFFSET = LANES_OFFSET + Short.BYTES;
  private static final int SEGMENT_BYTES_OFFSET = UNIT_OFFSET + Integer.BYTES;
  private static final int SEGMENTS_OFFSET = SEGMENT_BYTES_OFFSET + Integer.BYTES;
  private static final int HEADER_AREA_OFFSET = SEGMENTS_OFFSET + Integer.BYTES;
  private static final int EPOCH_OFFSET = HEADER_AREA_OFFSET + Long.BYTES;
  private static final int CLEAN_OFFSET = EPOCH_OFFSET + Integer.BYTES;
  private static final int REPLAY_FROM_OFFSET = CLEAN_OFFSET + Integer.BYTES;
  private static final int CUT_OFFSET = REPLAY_FROM_OFFSET + Long.BYTES;
  private static final int PIECE_ADDRESS_OFFSET = CUT_OFFSET + Long.BYTES;
  private static final int PIECE_GENERATION_OFFSET = PIECE_ADDRESS_OFFSET + Long.BYTES;
  private static final int PIECES_OFFSET = PIECE_GENERATION_OFFSET + Integer.BYTES;
  private static final int BODY_BYTES_OFFSET = PIECES_OFFSET + Integer.BYTES;
  private static final int BODY_CRC_OFFSET = BODY_BYTES_OFFSET + Integer.BYTES;
  private static final int CHECKPOINT_NUMBER_OFFSET = BODY_CRC_OFFSET + Integer.BYTES;
  private static final int STREAMS_OFFSET = CHECKPOINT_NUMBER_OFFSET + Long.BYTES;
  private static final int STREAM_BYTES = 4 * Integer.BYTES;
  private static final int SCRUB_BEGAN_OFFSET = STREAMS_OFFSET + 3 * STREAM_BYTES;
  private static final int SCRUB_ENDED_OFFSET = SCRUB_BEGAN_OFFSET + Long.BYTES;

  /// No segment is smaller: it holds a few groups, each with an atomic write.
  private static final int SEGMENT_BYTES_MIN = 1024 * 1024;

  /// The slots of all lanes that 16 bits can number, twice.
  private static final long HEADER_AREA_BYTES_MAX = 2L * (1 << 16) * BYTES;

  /// Streams of a lane.
  public static final int STREAMS = 3;

  /// A device's fixed shape, the same in every lane's superblock but for the lane's number.
  public record LaneGeometry(
      int lane,
      int lanes,
      int alignmentBytes,
      int segmentBytes,
      int segments,
      long headerAreaBytes) {
    public LaneGeometry {
      Check.that(lane >= 0 && lane < lanes, "lane within the device's", lane, lanes);
      Check.that(
          alignmentBytes == 512 || alignmentBytes == 4096,
          "aligned to 512 or 4096",
          alignmentBytes);
      Check.that(segmentBytes % alignmentBytes == 0, "segments are aligned", segmentBytes);
    }

    /// First byte of a segment on the device.
    public long segmentOffset(int segment) {
      return headerAreaBytes + (long) segment * segmentBytes;
    }

    /// The segment that holds a sector address, or -1.
    public int segmentOf(long sector) {
      long offset = Sectors.toBytes(sector) - headerAreaBytes;
      if (offset < 0) {
        return -1;
      }
      long segment = offset / segmentBytes;
      return segment < segments ? (int) segment : -1;
    }

    /// Whether bytes that begin at a sector lie in one segment.
    public boolean holds(long sector, long bytes) {
      int segment = segmentOf(sector);
      if (segment < 0) {
        return false;
      }
      long from = Sectors.toBytes(sector) - segmentOffset(segment);
      return bytes >= 0 && bytes <= segmentBytes - from;
    }

    /// Whether bytes that begin at a sector lie in one segment, and the device reads just them.
    public boolean holdsAligned(long sector, long bytes) {
      boolean isAligned =
          Sectors.toBytes(sector) % alignmentBytes == 0 && bytes % alignmentBytes == 0;
      return isAligned && holds(sector, bytes);
    }

    /// Whether a stream can go on there. One that has no segment yet goes on nowhere.
    boolean holds(StreamCursor cursor) {
      return cursor.segment >= 0
          && cursor.segment < segments
          && cursor.offset >= 0
          && cursor.offset <= segmentBytes
          && cursor.offset % alignmentBytes == 0;
    }

    /// Where copy `copy` (0 or 1) of this lane's superblock is.
    public static long slotOffset(int lane, int lanes, int copy) {
      return ((long) copy * lanes + lane) * BYTES;
    }
  }

  /// Where a checkpoint's pieces are: each names the one before it, this names the last.
  ///
  /// @param address sector of the last piece's payload
  public record Pieces(
      long address, int generation, int count, int bodyBytes, int bodyCrc, long number) {
    public static final Pieces NONE = new Pieces(0, 0, 0, 0, 0, 0);
  }

  /// Where a stream goes on.
  ///
  /// @param segment -1 if the stream has none yet
  public record StreamCursor(int segment, int generation, int offset) {
    public static final StreamCursor NONE = new StreamCursor(-1, 0, 0);
  }

  /// When all that lives was last read and checked. No checkpoint or log depends on it.
  ///
  /// @param beganMillis when the last pass began; 0 if none did
  /// @param endedMillis when the last pass that ended did so; 0 if none did
  public record ScrubTimes(long beganMillis, long endedMillis) {
    public static final ScrubTimes NONE = new ScrubTimes(0, 0);

    /// Whether a pass began that did not end yet.
    public boolean isUnderWay() {
      return beganMillis > endedMillis;
    }

    /// A pass begins; not before the last one ended, whatever the clock says.
    public ScrubTimes began(long nowMillis) {
      return new ScrubTimes(Math.max(nowMillis, endedMillis + 1), endedMillis);
    }

    /// The pass ends.
    public ScrubTimes ended(long nowMillis) {
      return new ScrubTimes(beganMillis, Math.max(nowMillis, beganMillis));
    }
  }

  public Superblock {
    cursors = List.copyOf(cursors);
    Check.that(cursors.size() == STREAMS, "a cursor for each stream", cursors.size());
    Check.that(epoch >= 0 && epoch <= EPOCH_MAX, "epoch fits a write id", epoch);
  }

  /// Writes this into [#BYTES] of `target`.
  public void encode(MutableDirectBuffer target, int offset, Crc32c crc) {
    target.setMemory(offset, BYTES, (byte) 0);
    target.putLong(offset + MAGIC_OFFSET, MAGIC);
    target.putInt(offset + VERSION_OFFSET, FormatVersion.CURRENT);
    target.putLong(offset + GENERATION_OFFSET, generation);
    putUuid(target, offset + DEVICE_OFFSET, device);
    putUuid(target, offset + CLUSTER_OFFSET, cluster);
    target.putLong(offset + SECRET_OFFSET, secret);
    target.putShort(offset + LANE_OFFSET, (short) geometry.lane);
    target.putShort(offset + LANES_OFFSET, (short) geometry.lanes);
    target.putInt(offset + UNIT_OFFSET, geometry.alignmentBytes);
    target.putInt(offset + SEGMENT_BYTES_OFFSET, geometry.segmentBytes);
    target.putInt(offset + SEGMENTS_OFFSET, geometry.segments);
    target.putLong(offset + HEADER_AREA_OFFSET, geometry.headerAreaBytes);
    target.putInt(offset + EPOCH_OFFSET, epoch);
    target.putInt(offset + CLEAN_OFFSET, clean ? 1 : 0);
    target.putLong(offset + REPLAY_FROM_OFFSET, replayFrom);
    target.putLong(offset + CUT_OFFSET, cutSequence);
    target.putLong(offset + PIECE_ADDRESS_OFFSET, checkpoint.address);
    target.putInt(offset + PIECE_GENERATION_OFFSET, checkpoint.generation);
    target.putInt(offset + PIECES_OFFSET, checkpoint.count);
    target.putInt(offset + BODY_BYTES_OFFSET, checkpoint.bodyBytes);
    target.putInt(offset + BODY_CRC_OFFSET, checkpoint.bodyCrc);
    target.putLong(offset + CHECKPOINT_NUMBER_OFFSET, checkpoint.number);
    for (int i = 0; i < STREAMS; i++) {
      int at = offset + STREAMS_OFFSET + i * STREAM_BYTES;
      target.putInt(at, cursors.get(i).segment);
      target.putInt(at + Integer.BYTES, cursors.get(i).generation);
      target.putInt(at + 2 * Integer.BYTES, cursors.get(i).offset);
    }
    target.putLong(offset + SCRUB_BEGAN_OFFSET, scrub.beganMillis);
    target.putLong(offset + SCRUB_ENDED_OFFSET, scrub.endedMillis);
    int from = CHECKSUM_OFFSET + Integer.BYTES;
    target.putInt(offset + CHECKSUM_OFFSET, crc.of(target, offset + from, BYTES - from));
  }

  /// In which version of the format the superblock at `offset` was written.
  public static int formatVersion(MutableDirectBuffer source, int offset) {
    return source.getInt(offset + VERSION_OFFSET);
  }

  /// Reads one copy.
  ///
  /// @param place what to call it in complaints
  /// @return null if there is no superblock at all: an unformatted device
  /// @throws CorruptRecordException if there is one that cannot be believed
  /// @throws UnsupportedFormatException if it is of a version that this build does not open
  public static @Nullable Superblock decode(
      MutableDirectBuffer source, int offset, Crc32c crc, String place)
      throws CorruptRecordException, UnsupportedFormatException {
    if (source.getLong(offset + MAGIC_OFFSET) != MAGIC) {
      return null;
    }
    int from = CHECKSUM_OFFSET + Integer.BYTES;
    int expected = source.getInt(offset + CHECKSUM_OFFSET);
    int actual = crc.of(source, offset + from, BYTES - from);
    if (actual != expected) {
      throw new CorruptRecordException(
          "superblock checksum expected=%08x actual=%08x at %s".formatted(expected, actual, place));
    }
    int version = formatVersion(source, offset);
    if (version < FormatVersion.OLDEST || version > FormatVersion.CURRENT) {
      throw new UnsupportedFormatException(version, place);
    }
    return fields(source, offset, place);
  }

  private static Superblock fields(MutableDirectBuffer source, int offset, String place)
      throws CorruptRecordException {
    List<StreamCursor> cursors = new ArrayList<>(STREAMS);
    for (int i = 0; i < STREAMS; i++) {
      int at = offset + STREAMS_OFFSET + i * STREAM_BYTES;
      cursors.add(
          new StreamCursor(
              source.getInt(at),
              source.getInt(at + Integer.BYTES),
              source.getInt(at + 2 * Integer.BYTES)));
    }
    LaneGeometry geometry = geometry(source, offset, place);
    for (StreamCursor cursor : cursors) {
      if (!geometry.holds(cursor)) {
        throw new CorruptRecordException("superblock names no place in the log at " + place);
      }
    }
    int epoch = source.getInt(offset + EPOCH_OFFSET);
    if (epoch < 0 || epoch > EPOCH_MAX) {
      throw new CorruptRecordException("superblock's epoch makes no sense at " + place);
    }
    return new Superblock(
        source.getLong(offset + GENERATION_OFFSET),
        getUuid(source, offset + DEVICE_OFFSET),
        getUuid(source, offset + CLUSTER_OFFSET),
        source.getLong(offset + SECRET_OFFSET),
        geometry,
        epoch,
        source.getInt(offset + CLEAN_OFFSET) != 0,
        source.getLong(offset + REPLAY_FROM_OFFSET),
        source.getLong(offset + CUT_OFFSET),
        new Pieces(
            source.getLong(offset + PIECE_ADDRESS_OFFSET),
            source.getInt(offset + PIECE_GENERATION_OFFSET),
            source.getInt(offset + PIECES_OFFSET),
            source.getInt(offset + BODY_BYTES_OFFSET),
            source.getInt(offset + BODY_CRC_OFFSET),
            source.getLong(offset + CHECKPOINT_NUMBER_OFFSET)),
        cursors,
        new ScrubTimes(
            Math.max(0, source.getLong(offset + SCRUB_BEGAN_OFFSET)),
            Math.max(0, source.getLong(offset + SCRUB_ENDED_OFFSET))));
  }

  private static LaneGeometry geometry(MutableDirectBuffer source, int offset, String place)
      throws CorruptRecordException {
    int lane = source.getShort(offset + LANE_OFFSET) & 0xFFFF;
    int lanes = source.getShort(offset + LANES_OFFSET) & 0xFFFF;
    int alignmentBytes = source.getInt(offset + UNIT_OFFSET);
    int segmentBytes = source.getInt(offset + SEGMENT_BYTES_OFFSET);
    int segments = source.getInt(offset + SEGMENTS_OFFSET);
    long headerAreaBytes = source.getLong(offset + HEADER_AREA_OFFSET);
    boolean sound =
        lane < lanes
            && (alignmentBytes == 512 || alignmentBytes == 4096)
            && segmentBytes >= SEGMENT_BYTES_MIN
            && segmentBytes % alignmentBytes == 0
            && segments > 0
            && headerAreaBytes >= 2L * lanes * BYTES
            && headerAreaBytes <= HEADER_AREA_BYTES_MAX
            && headerAreaBytes % alignmentBytes == 0;
    if (!sound) {
      throw new CorruptRecordException("superblock geometry makes no sense at " + place);
    }
    return new LaneGeometry(lane, lanes, alignmentBytes, segmentBytes, segments, headerAreaBytes);
  }

  private static void putUuid(MutableDirectBuffer target, int offset, UUID uuid) {
    target.putLong(offset, uuid.getMostSignificantBits());
    target.putLong(offset + Long.BYTES, uuid.getLeastSignificantBits());
  }

  private static UUID getUuid(MutableDirectBuffer source, int offset) {
    return new UUID(source.getLong(offset), source.getLong(offset + Long.BYTES));
  }
}
