package io.ashlar.core.segment;

import io.ashlar.core.base.Check;
import io.ashlar.core.format.Superblock.LaneGeometry;
import java.util.Arrays;

/// What a lane knows of each segment of its device: state, generation, and how many units in it are
/// still referred to, counted apart for the tree and for the delta table (docs/format.md says why).
public final class SegmentTable {
  private final LaneGeometry geometry;
  private final FreeSegments free;
  private final SegmentState[] states;
  private final byte[] streams;
  private final int[] generations;
  private final int[] treeUnits;
  private final int[] deltaUnits;
  private final int[] usedBytes;
  private final long[] lastSequences;
  private final long[] lastMillis;
  private final int[] pins;
  private final boolean[] quarantined;
  private final long[] evacuatedAt;
  private final boolean[] releasedByLog;
  private final int[] unpinnedLater;
  private int unpinnedLaterCount;
  private long releases;
  private int generationLast;
  private long treeUnitsTotal;
  private long deltaUnitsTotal;
  private final int[] heldOfStream = new int[Stream.COUNT];
  private final long[] treeUnitsOfStream = new long[Stream.COUNT];
  private int held;
  private int scrubPosition;

  public SegmentTable(LaneGeometry geometry, FreeSegments free) {
    this.geometry = geometry;
    this.free = free;
    int segments = geometry.segments();
    states = new SegmentState[segments];
    Arrays.fill(states, SegmentState.FREE);
    streams = new byte[segments];
    generations = new int[segments];
    treeUnits = new int[segments];
    deltaUnits = new int[segments];
    usedBytes = new int[segments];
    lastSequences = new long[segments];
    lastMillis = new long[segments];
    pins = new int[segments];
    quarantined = new boolean[segments];
    evacuatedAt = new long[segments];
    releasedByLog = new boolean[segments];
    unpinnedLater = new int[segments];
  }

  public LaneGeometry geometry() {
    return geometry;
  }

  public FreeSegments free() {
    return free;
  }

  public SegmentState state(int segment) {
    return states[segment];
  }

  public Stream stream(int segment) {
    return Stream.ofCode(streams[segment]);
  }

  public int generation(int segment) {
    return generations[segment];
  }

  /// Bytes written to the segment, headers included.
  public int usedBytes(int segment) {
    return usedBytes[segment];
  }

  public long lastSequence(int segment) {
    return lastSequences[segment];
  }

  public long lastMillis(int segment) {
    return lastMillis[segment];
  }

  public int treeUnits(int segment) {
    return treeUnits[segment];
  }

  /// Units in the segment that the index refers to.
  public int liveUnits(int segment) {
    return treeUnits[segment] + deltaUnits[segment];
  }

  /// Units in all segments that the index refers to.
  public long liveUnitsTotal() {
    return treeUnitsTotal + deltaUnitsTotal;
  }

  /// The segment where the scrubber goes on after a restart.
  public int scrubPosition() {
    return scrubPosition;
  }

  public void scrubPosition(int segment) {
    scrubPosition = segment;
  }

  /// How many segments this lane holds, in whatever state.
  public int held() {
    return held;
  }

  /// How many of these are the stream's.
  public int held(Stream stream) {
    return heldOfStream[stream.code()];
  }

  /// Units in the stream's segments that the tree refers to.
  public long treeUnits(Stream stream) {
    return treeUnitsOfStream[stream.code()];
  }

  public int generationLast() {
    return generationLast;
  }

  /// Takes a free segment for `stream`, with a new generation.
  ///
  /// @return the segment, or -1 if the device has none
  public int open(Stream stream, long epochMillis) {
    int segment = free.take();
    if (segment >= 0) {
      opened(segment, ++generationLast, stream, epochMillis);
    }
    return segment;
  }

  private void opened(int segment, int generation, Stream stream, long epochMillis) {
    become(segment, SegmentState.OPEN);
    held++;
    heldOfStream[stream.code()]++;
    generations[segment] = generation;
    generationLast = Math.max(generationLast, generation);
    streams[segment] = (byte) stream.code();
    usedBytes[segment] = 0;
    lastMillis[segment] = epochMillis;
    quarantined[segment] = false;
    evacuatedAt[segment] = 0;
    Check.that(liveUnits(segment) == 0, "a free segment holds nothing alive", segment);
  }

  /// Replay found that a stream went on in this segment. The checkpoint's table was written after
  /// the position that replay starts from, so it may know the segment already.
  public void replayOpened(int segment, int generation, Stream stream, long epochMillis) {
    if (releasedByLog[segment]) {
      free(segment);
      forgetUnpinnedLater(segment);
    }
    if (states[segment] == SegmentState.FREE) {
      opened(segment, generation, stream, epochMillis);
    } else {
      Check.that(generations[segment] == generation, "the same life of the segment", segment);
    }
  }

  /// Whether [#replayOpened] can be true of this segment: it is free, or open in that same life.
  public boolean mayReopen(int segment, int generation) {
    return states[segment] == SegmentState.FREE
        || releasedByLog[segment]
        || generations[segment] == generation;
  }

  /// Replay read a group that ends at `usedBytes`.
  public void replayAppended(int segment, int usedBytes, long sequence, long epochMillis) {
    this.usedBytes[segment] = Math.max(this.usedBytes[segment], usedBytes);
    lastSequences[segment] = Math.max(lastSequences[segment], sequence);
    lastMillis[segment] = Math.max(lastMillis[segment], epochMillis);
  }

  /// Replay read the segment's seal.
  public void replaySealed(int segment) {
    if (states[segment] == SegmentState.OPEN) {
      seal(segment);
    }
  }

  /// Notes that a group was written up to `usedBytes`.
  public void appended(int segment, int usedBytes, long sequence, long epochMillis) {
    Check.that(states[segment] == SegmentState.OPEN, "only an open segment grows", segment);
    this.usedBytes[segment] = usedBytes;
    lastSequences[segment] = sequence;
    lastMillis[segment] = epochMillis;
  }

  public void seal(int segment) {
    become(segment, SegmentState.SEALED);
  }

  /// Marks every sealed segment that nothing refers to, and whose groups the coming checkpoint
  /// makes superfluous.
  ///
  /// @param replayFrom the first sequence that the coming checkpoint does not hold
  public void releaseDead(long replayFrom) {
    for (int segment = 0; segment < states.length; segment++) {
      if (states[segment] == SegmentState.SEALED
          && liveUnits(segment) == 0
          && lastSequences[segment] < replayFrom) {
        become(segment, SegmentState.RELEASED);
      }
    }
  }

  /// A durable record says that all that lived in the segment lives elsewhere. What the tree of the
  /// last checkpoint still refers to in it is overruled by records that replay will see, so it
  /// counts no more. A repeat, or news of an earlier life, does nothing.
  public void releasedByLog(int segment, int generation) {
    if (states[segment] != SegmentState.SEALED || generations[segment] != generation) {
      return;
    }
    treeUnitsTotal -= treeUnits[segment];
    treeUnitsOfStream[streams[segment]] -= treeUnits[segment];
    deltaUnitsTotal -= deltaUnits[segment];
    treeUnits[segment] = 0;
    deltaUnits[segment] = 0;
    become(segment, SegmentState.RELEASED);
    releasedByLog[segment] = true;
    unpinnedLater[unpinnedLaterCount++] = segment;
    releases++;
  }

  /// How many segments the log released since the start.
  public long releasedByLog() {
    return releases;
  }

  /// Frees what the log released, as far as no read has it pinned.
  ///
  /// @return how many became free
  public int freeReleasedByLog() {
    int kept = 0;
    int freed = 0;
    for (int i = 0; i < unpinnedLaterCount; i++) {
      int segment = unpinnedLater[i];
      if (pins[segment] > 0) {
        unpinnedLater[kept++] = segment;
      } else {
        free(segment);
        free.give(segment);
        freed++;
      }
    }
    unpinnedLaterCount = kept;
    return freed;
  }

  private void forgetUnpinnedLater(int segment) {
    int kept = 0;
    for (int i = 0; i < unpinnedLaterCount; i++) {
      if (unpinnedLater[i] != segment) {
        unpinnedLater[kept++] = unpinnedLater[i];
      }
    }
    unpinnedLaterCount = kept;
  }

  private void free(int segment) {
    become(segment, SegmentState.FREE);
    releasedByLog[segment] = false;
    held--;
    heldOfStream[streams[segment]]--;
  }

  /// How many segments the next checkpoints will free without more cleaning.
  public int countGainable() {
    int gainable = 0;
    for (int segment = 0; segment < states.length; segment++) {
      SegmentState state = states[segment];
      boolean sealedAndDone =
          state == SegmentState.SEALED
              && (liveUnits(segment) == 0 || (evacuatedAt[segment] > 0 && !quarantined[segment]));
      if (sealedAndDone || state == SegmentState.RELEASED) {
        gainable++;
      }
    }
    return gainable;
  }

  /// Frees released segments that no read has pinned: the checkpoint that released them is durable.
  /// What was evacuated before that checkpoint and still lives may be cleaned again.
  ///
  /// @param replayFrom the first sequence that the checkpoint does not hold
  /// @return how many became free
  public int freeReleased(long replayFrom) {
    int freed = 0;
    for (int segment = 0; segment < states.length; segment++) {
      if (states[segment] == SegmentState.RELEASED
          && pins[segment] == 0
          && !releasedByLog[segment]) {
        Check.that(liveUnits(segment) == 0, "a released segment stays dead", segment);
        free(segment);
        free.give(segment);
        freed++;
      }
      if (evacuatedAt[segment] < replayFrom) {
        evacuatedAt[segment] = 0;
      }
    }
    return freed;
  }

  /// Restores a segment from a checkpoint. A released one is free by now.
  public void restore(int segment, SegmentState state, int generation, Stream stream) {
    Check.that(states[segment] == SegmentState.FREE, "each segment is restored once", segment);
    if (state == SegmentState.FREE || state == SegmentState.RELEASED) {
      return;
    }
    states[segment] = state;
    held++;
    heldOfStream[stream.code()]++;
    generations[segment] = generation;
    generationLast = Math.max(generationLast, generation);
    streams[segment] = (byte) stream.code();
  }

  /// The figures that a checkpoint keeps of a restored segment.
  public void restoreUse(int segment, int treeUnits, int usedBytes, long sequence, long millis) {
    this.treeUnits[segment] = treeUnits;
    treeUnitsTotal += treeUnits;
    treeUnitsOfStream[streams[segment]] += treeUnits;
    this.usedBytes[segment] = usedBytes;
    lastSequences[segment] = sequence;
    lastMillis[segment] = millis;
  }

  public void restoreGenerationLast(int generation) {
    generationLast = Math.max(generationLast, generation);
  }

  /// Gives every segment that this lane does not hold to the device's free ones. Once, when replay
  /// has ended.
  public void offerRest() {
    for (int segment = 0; segment < states.length; segment++) {
      if (states[segment] == SegmentState.FREE) {
        free.give(segment);
      }
    }
  }

  /// Keeps the segment's memory as it is while somebody reads it.
  public void pin(int segment) {
    pins[segment]++;
  }

  public void unpin(int segment) {
    Check.that(pins[segment] > 0, "pinned before", segment);
    pins[segment]--;
  }

  /// Excludes a damaged segment from cleaning: what lives in it cannot all be told from its
  /// headers.
  public void quarantine(int segment) {
    quarantined[segment] = true;
  }

  /// Notes that everything alive was copied out of the segment; the coming checkpoints will find it
  /// dead.
  ///
  /// @param sequence the last group that may hold a copy
  public void evacuated(int segment, long sequence) {
    evacuatedAt[segment] = sequence;
  }

  public boolean isEvacuated(int segment) {
    return evacuatedAt[segment] > 0;
  }

  public boolean isQuarantined(int segment) {
    return quarantined[segment];
  }

  /// Counts units from `address` (in sectors) on as referred to by the tree (positive) or no longer
  /// (negative); a stale generation is not counted.
  public void countTree(long address, int generation, int units) {
    int segment = countedSegmentOf(address, generation);
    if (segment >= 0) {
      treeUnits[segment] += units;
      treeUnitsTotal += units;
      treeUnitsOfStream[streams[segment]] += units;
      Check.that(treeUnits[segment] >= 0, "tree count not negative", segment, units);
    }
  }

  /// As [#countTree] for the delta table.
  public void countDelta(long address, int generation, int units) {
    int segment = countedSegmentOf(address, generation);
    if (segment >= 0) {
      deltaUnits[segment] += units;
      deltaUnitsTotal += units;
      Check.that(deltaUnits[segment] >= 0, "delta count not negative", segment, units);
    }
  }

  /// The segment that holds `address` in its life `generation`, or -1 if that life is over.
  public int segmentOf(long address, int generation) {
    int segment = geometry.segmentOf(address);
    Check.that(segment >= 0, "address within the device", address);
    return generations[segment] == generation && states[segment] != SegmentState.FREE
        ? segment
        : -1;
  }

  /// As [#segmentOf], or -1 if the log has released the segment.
  private int countedSegmentOf(long address, int generation) {
    int segment = segmentOf(address, generation);
    return segment >= 0 && !releasedByLog[segment] ? segment : -1;
  }

  private void become(int segment, SegmentState next) {
    Check.that(states[segment].mayBecome(next), "legal segment transition", segment, next.code());
    states[segment] = next;
  }
}
