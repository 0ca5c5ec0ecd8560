package io.ashlar.core.gc;

import io.ashlar.core.segment.SegmentState;
import io.ashlar.core.segment.SegmentTable;

/// Chooses the segment whose cleaning gains most: space freed, times how long it has been left
/// alone, over the cost of copying what lives in it (Rosenblum and Ousterhout, "The Design and
/// Implementation of a Log-Structured File System", 1991, section 3.5). A cold segment is worth
/// cleaning at a higher utilization than a hot one.
public final class VictimPolicy {
  /// A segment that is fuller than this is not worth its copying.
  private static final double UTILIZATION_MAX = 0.97;

  private final SegmentTable segments;
  private final int unitsPerSegment;

  public VictimPolicy(SegmentTable segments) {
    this.segments = segments;
    unitsPerSegment = segments.geometry().segmentBytes() / segments.geometry().unitBytes();
  }

  /// The best victim, or -1 if none is worth it.
  ///
  /// @param replayFrom segments with groups from this sequence on are needed by recovery: not yet
  /// @param nowMillis wall-clock time
  public int choose(long replayFrom, long nowMillis) {
    int best = -1;
    double bestScore = 0;
    for (int segment = 0; segment < segments.geometry().segments(); segment++) {
      if (isCandidate(segment, replayFrom)) {
        double score = score(segment, nowMillis);
        if (score > bestScore) {
          bestScore = score;
          best = segment;
        }
      }
    }
    return best;
  }

  private boolean isCandidate(int segment, long replayFrom) {
    return segments.state(segment) == SegmentState.SEALED
        && segments.liveUnits(segment) > 0
        && segments.lastSequence(segment) < replayFrom
        && !segments.isQuarantined(segment)
        && !segments.isEvacuated(segment);
  }

  double score(int segment, long nowMillis) {
    double utilization = Math.min(1, (double) segments.liveUnits(segment) / unitsPerSegment);
    if (utilization > UTILIZATION_MAX) {
      return 0;
    }
    double age = Math.max(0, nowMillis - segments.lastMillis(segment)) + 1_000.0;
    return (1 - utilization) * age / (1 + utilization);
  }
}
