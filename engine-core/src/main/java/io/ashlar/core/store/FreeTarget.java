package io.ashlar.core.store;

import io.ashlar.core.format.Superblock.LaneGeometry;

/// How many free segments the cleaner works towards: those that hosts must leave, and some for them
/// to go on with while it gains more. What checkpoints need rises all at once when one begins, so
/// that what they came to need lately counts, not what they need now.
final class FreeTarget {
  private static final int RAMP_MIN = 2;

  /// Of a large pool, this part.
  private static final int RAMP_PART = 1024;

  /// What hosts write in a few tenths of a second, which evens out the cleaner's pace ...
  private static final long RAMP_BYTES = 32L << 20;

  /// ... where that is no more than this part: what lies free makes cleaning dearer.
  private static final int RAMP_PART_MAX = 128;

  private final int ramp;
  private final int segmentBytes;
  private int peakBefore;
  private int peak;

  FreeTarget(LaneGeometry geometry) {
    segmentBytes = geometry.segmentBytes();
    int evening = (int) Math.min(RAMP_BYTES / segmentBytes, geometry.segments() / RAMP_PART_MAX);
    ramp = Math.max(RAMP_MIN, Math.max(evening, geometry.segments() / RAMP_PART));
  }

  /// Notes how many segments are kept for checkpoints now.
  void note(int segmentsForPages) {
    peak = Math.max(peak, segmentsForPages);
  }

  /// A checkpoint became durable.
  void onCheckpoint() {
    peakBefore = peak;
    peak = 0;
  }

  /// @param segmentsForCleaner what the cleaner needs
  /// @param reservedSegments what hosts must leave now
  int segments(int segmentsForCleaner, int reservedSegments) {
    int needed = segmentsForCleaner + Math.max(peakBefore, peak);
    return Math.max(reservedSegments, needed) + ramp;
  }

  /// What hosts may write from there before they have to wait.
  long rampBytes() {
    return (long) ramp * segmentBytes;
  }
}
