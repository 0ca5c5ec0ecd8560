package io.ashlar.core.gc;

import io.ashlar.core.format.Sectors;
import io.ashlar.core.segment.SegmentState;
import io.ashlar.core.segment.SegmentTable;
import io.ashlar.core.segment.Stream;

/// Chooses the segment whose cleaning gains most: space freed, times how long it has been left
/// alone, over the cost of copying what lives in it (Rosenblum and Ousterhout, "The Design and
/// Implementation of a Log-Structured File System", 1991, section 3.5). Age is told by generations:
/// how many segments were opened since, so it does not depend on how fast hosts write.
public final class VictimPolicy {
  /// A segment that is fuller than this is not worth its copying.
  private static final double UTILIZATION_MAX = 0.97;

  /// Segments that one step looks at.
  private static final int SEGMENTS_PER_STEP = 1024;

  /// What a segment's age counts at least, as a part of all segments: so that young ones which are
  /// nearly dead are not left for old ones which are nearly full.
  private static final double AGE_LEAST = 0.25;

  private final SegmentTable segments;
  private final int unitsPerSegment;
  private long replayFrom;
  private boolean isOfPages;
  private int next;
  private int best;
  private double bestScore;

  public VictimPolicy(SegmentTable segments) {
    this.segments = segments;
    unitsPerSegment = segments.geometry().segmentBytes() / Sectors.BYTES;
  }

  /// Starts a choice among segments of blocks.
  ///
  /// @param replayFrom segments with groups from this sequence on are needed by recovery: not yet
  public void beginBlocks(long replayFrom) {
    isOfPages = false;
    begin(replayFrom);
  }

  /// Starts a choice among segments of index pages. Those without living ones need no cleaning, the
  /// next checkpoint frees them.
  public void beginPages(long replayFrom) {
    isOfPages = true;
    begin(replayFrom);
  }

  private void begin(long replayFrom) {
    this.replayFrom = replayFrom;
    next = 0;
    best = -1;
    bestScore = 0;
  }

  /// Looks at some more segments.
  ///
  /// @return whether it has looked at all
  public boolean step() {
    int end = Math.min(segments.geometry().segments(), next + SEGMENTS_PER_STEP);
    for (; next < end; next++) {
      double score = isCandidate(next, replayFrom) ? score(next) : 0;
      if (score > bestScore) {
        bestScore = score;
        best = next;
      }
    }
    if (next < segments.geometry().segments()) {
      return false;
    }
    boolean isStale = best >= 0 && !isCandidate(best, replayFrom);
    if (isStale) {
      begin(replayFrom);
    }
    return !isStale;
  }

  /// The best victim, or -1 if none is worth it.
  public int best() {
    return best;
  }

  private boolean isCandidate(int segment, long replayFrom) {
    return segments.state(segment) == SegmentState.SEALED
        && (segments.stream(segment) == Stream.META) == isOfPages
        && (segments.liveUnits(segment) > 0 || !isOfPages)
        && segments.lastSequence(segment) < replayFrom
        && !segments.isQuarantined(segment)
        && !segments.isEvacuated(segment);
  }

  double score(int segment) {
    double utilization = Math.min(1, (double) segments.liveUnits(segment) / unitsPerSegment);
    if (utilization > UTILIZATION_MAX) {
      return 0;
    }
    if (isOfPages) {
      return 1 - utilization;
    }
    double age = segments.generationLast() - segments.generation(segment);
    double least = AGE_LEAST * segments.geometry().segments();
    return (1 - utilization) / (1 + utilization) * (age + least);
  }
}
