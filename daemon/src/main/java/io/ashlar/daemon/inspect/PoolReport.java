package io.ashlar.daemon.inspect;

import io.ashlar.core.checkpoint.CheckpointPieces;
import io.ashlar.core.format.Sectors;
import io.ashlar.core.format.Superblock;
import io.ashlar.core.format.Superblock.LaneGeometry;
import io.ashlar.core.format.VolumeEntry;
import io.ashlar.core.offline.PoolOverview;
import io.ashlar.core.segment.SegmentState;
import io.ashlar.core.segment.SegmentTable;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/// What `ashlar inspect` says of a pool as a whole.
///
/// @param inUse whether another process has the device open for itself
/// @param chosen why which superblock counts
/// @param freeSegments those that hold nothing
/// @param complaints why a node would refuse the pool; empty if it would not
public record PoolReport(
    String device,
    boolean inUse,
    int formatVersion,
    String deviceId,
    String clusterId,
    State state,
    Shape shape,
    List<SuperblockReport> superblocks,
    String chosen,
    CheckpointReport checkpoint,
    LogReport log,
    List<VolumeReport> volumes,
    int freeSegments,
    List<SegmentRow> segments,
    List<String> complaints) {
  /// How the pool was left.
  public enum State {
    /// Formatted, and never served.
    FRESH,
    /// Closed in order: nothing to replay.
    CLOSED,
    /// Served now, or ended by force: a start replays the log.
    OPEN
  }

  /// How the device is cut up.
  public record Shape(long headerBytes, int alignmentBytes, int segmentBytes, int segments) {}

  /// A superblock slot.
  ///
  /// @param state `sound`, `absent` or a complaint; the figures are 0 unless it is sound
  public record SuperblockReport(
      String slot, long offset, String state, long generation, int epoch, long checkpoint) {}

  /// The checkpoint that the superblock names.
  ///
  /// @param number 0 if there was none yet
  /// @param replayFrom the first group that it does not hold
  /// @param pieces where they lie, the last first
  public record CheckpointReport(
      long number, int bodyBytes, long replayFrom, boolean readable, List<PlaceReport> pieces) {}

  /// A place.
  public record PlaceReport(int segment, long offset) {}

  /// The log after the checkpoint.
  ///
  /// @param end the first group that is not there
  public record LogReport(long groups, long records, long end) {}

  /// A volume.
  public record VolumeReport(
      String name,
      String id,
      int layer,
      long sizeBytes,
      int logicalBlockBytes,
      boolean encrypted,
      boolean compressed) {}

  /// A segment that holds something.
  ///
  /// @param liveBytes what the checkpoint's trees refer to
  /// @param lastWritten when its last group was written; empty if that is not known
  public record SegmentRow(
      int segment,
      String state,
      String stream,
      int generation,
      long usedBytes,
      long liveBytes,
      long lastGroup,
      String lastWritten) {}

  static PoolReport of(String device, boolean inUse, Superblocks found, PoolOverview pool) {
    Superblock root = pool.root();
    LaneGeometry shape = root.geometry();
    List<SegmentRow> segments = segments(pool.segments());
    return new PoolReport(
        device,
        inUse,
        found.formatVersion(),
        root.device().toString(),
        root.cluster().toString(),
        root.epoch() == 0 ? State.FRESH : root.clean() ? State.CLOSED : State.OPEN,
        new Shape(
            shape.headerAreaBytes(),
            shape.alignmentBytes(),
            shape.segmentBytes(),
            shape.segments()),
        found.slots().stream().map(PoolReport::superblock).toList(),
        found.why(),
        checkpoint(pool),
        new LogReport(pool.logGroups(), pool.logRecords(), pool.logEnd()),
        pool.volumes().stream().map(PoolReport::volume).toList(),
        shape.segments() - segments.size(),
        segments,
        pool.complaints());
  }

  private static SuperblockReport superblock(Superblocks.Slot slot) {
    Superblock root = slot.root();
    return root == null
        ? new SuperblockReport(slot.name(), slot.offset(), slot.state(), 0, 0, 0)
        : new SuperblockReport(
            slot.name(),
            slot.offset(),
            slot.state(),
            root.generation(),
            root.epoch(),
            root.checkpoint().number());
  }

  private static CheckpointReport checkpoint(PoolOverview pool) {
    Superblock root = pool.root();
    LaneGeometry shape = root.geometry();
    List<PlaceReport> places = new ArrayList<>();
    for (CheckpointPieces.Place place : pool.checkpointPlaces()) {
      int segment = shape.segmentOf(place.address());
      places.add(new PlaceReport(segment, place.address() * 512 - shape.segmentOffset(segment)));
    }
    return new CheckpointReport(
        root.checkpoint().number(),
        root.checkpoint().bodyBytes(),
        root.replayFrom(),
        pool.isCheckpointRead(),
        places);
  }

  private static VolumeReport volume(VolumeEntry entry) {
    return new VolumeReport(
        entry.name(),
        entry.uuid().toString(),
        entry.layer(),
        entry.sizeBytes(),
        entry.logicalBlockBytes(),
        entry.encrypted(),
        entry.compression() != VolumeEntry.COMPRESSION_NONE);
  }

  private static List<SegmentRow> segments(SegmentTable table) {
    List<SegmentRow> held = new ArrayList<>();
    for (int segment = 0; segment < table.geometry().segments(); segment++) {
      if (table.state(segment) != SegmentState.FREE) {
        held.add(segment(table, segment));
      }
    }
    return held;
  }

  private static SegmentRow segment(SegmentTable table, int segment) {
    long millis = table.lastMillis(segment);
    return new SegmentRow(
        segment,
        table.state(segment).name(),
        table.stream(segment).name(),
        table.generation(segment),
        table.usedBytes(segment),
        Sectors.toBytes(table.liveUnits(segment)),
        table.lastSequence(segment),
        millis == 0 ? "" : Instant.ofEpochMilli(millis).toString());
  }
}
