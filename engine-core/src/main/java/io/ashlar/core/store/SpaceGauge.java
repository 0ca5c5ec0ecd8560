package io.ashlar.core.store;

import io.ashlar.core.format.Sectors;
import io.ashlar.core.segment.LogWriter;
import io.ashlar.core.segment.SegmentTable;
import io.ashlar.core.segment.Stream;

/// Decides whether a write may be sequenced. Hosts may fill the pool up to a limit that leaves the
/// cleaner and the checkpoints what they need; unmaps and deletes go on beyond it.
///
/// What is overwritten counts until the next checkpoint has merged it, so a refusal is only final
/// when a checkpoint has just been made and the cleaner has nothing left to gain.
final class SpaceGauge {
  private final SegmentTable segments;
  private int reservedSegments;
  private final int reservedSegmentsMin;
  private final int reservedSegmentsMax;
  private final long limitUnits;
  private long pendingUnits;
  private boolean stalled;
  private int stalledBytes;
  private boolean hasMergeRoom = true;

  /// @param reservedSegmentsMin free segments that host writes may never open
  /// @param reservedSegmentsMax free segments that host writes may not open when the cleaner and a
  ///   checkpoint need most
  SpaceGauge(SegmentTable segments, int reservedSegmentsMin, int reservedSegmentsMax) {
    this.segments = segments;
    this.reservedSegmentsMin = reservedSegmentsMin;
    this.reservedSegmentsMax = reservedSegmentsMax;
    reservedSegments = reservedSegmentsMax;
    long unitsPerSegment = Sectors.holding(segments.geometry().segmentBytes());
    int usable = segments.geometry().segments() - reservedSegmentsMax - Stream.COUNT;
    // Group headers and the ends of segments take their part of every segment.
    limitUnits = Math.max(0, usable) * (unitsPerSegment - unitsPerSegment / 16);
  }

  /// Sets how many free segments host writes may not open for now.
  ///
  /// @param segmentsForCleaner what the cleaner needs
  /// @param segmentsForPages what the coming checkpoint needs
  void reserve(int segmentsForCleaner, int segmentsForPages) {
    int needed = segmentsForCleaner + segmentsForPages;
    reservedSegments = Math.clamp(needed, reservedSegmentsMin, reservedSegmentsMax);
    hasMergeRoom = segmentsForPages == 0 || needed <= segments.free().count();
  }

  /// Whether the coming checkpoint has room for the pages of more changes. One that runs out of
  /// room never ends, and changes take none themselves as long as a segment is open for them.
  boolean hasMergeRoom() {
    return hasMergeRoom;
  }

  /// Whether `bytes` of sealed payload fit.
  boolean admits(LogWriter log, int bytes) {
    long units = Sectors.holding(bytes);
    boolean fits = segments.liveUnitsTotal() + pendingUnits + units <= limitUnits;
    stalled = !fits || !hasSegment(log, bytes);
    stalledBytes = stalled ? bytes : 0;
    return !stalled;
  }

  private boolean hasSegment(LogWriter log, int bytes) {
    int free = segments.free().count();
    boolean isOpen = log.roomBytes(Stream.USER) >= bytes + LogWriter.GROUP_OVERHEAD_BYTES;
    return free > reservedSegments || (isOpen && free >= reservedSegmentsMin);
  }

  /// [#isFullOfLiveData(int)] for the write that found no room last.
  boolean isFullOfLiveData() {
    return isFullOfLiveData(stalledBytes);
  }

  /// Whether live data alone fills the pool, so that cleaning cannot help.
  boolean isFullOfLiveData(int bytes) {
    return segments.liveUnitsTotal() + pendingUnits + Sectors.holding(bytes) > limitUnits;
  }

  /// Whether nothing is appended that is not published: a block that is being moved counts twice.
  boolean isSettled() {
    return pendingUnits == 0;
  }

  /// Whether the last write that asked found no room.
  boolean isStalled() {
    return stalled;
  }

  /// Notes payload that is appended and not published yet.
  void appended(int units) {
    pendingUnits += units;
  }

  void published(int units) {
    pendingUnits -= units;
  }

  /// Bytes that hosts may fill.
  long limitBytes() {
    return Sectors.toBytes(limitUnits);
  }

  long usedBytes() {
    return Sectors.toBytes(segments.liveUnitsTotal() + pendingUnits);
  }

  int reservedSegments() {
    return reservedSegments;
  }
}
