package io.ashlar.core.index;

import io.ashlar.core.base.Check;
import io.ashlar.core.format.EntryFlyweight;
import io.ashlar.core.format.PageCodec;

/// The index's limits, checked against each other. All memory is taken at start:
///
/// | what | bytes | at the default of 64 MiB |
/// |---|---|---|
/// | delta table, two generations | 2 × (`deltaPoints` × 38 + (`deltaPoints` + `dirtyPages`) × 41 + hash + ranges) | 24 MiB |
/// | reap list | `reapMax` × 46 | 1 MiB |
/// | page cache | `frames` × (4096 + 96) | what is left: 39 MiB, 9,800 pages |
///
/// Why it suffices for a full 1 TiB volume: its tree has 2^21 leaves, 2^14 pages above them, then
/// 128, then 1. A random lookup finds the upper 129 pages in memory, the page above the leaf about
/// every second time, and reads the leaf. A merge needs one page per level.
///
/// @param frames pages in memory
/// @param deltaPoints block changes (writes, small unmaps, relocations) between two checkpoints;
///   the replay after a crash has no more than these
/// @param deltaRanges unmapped ranges between two checkpoints
/// @param dirtyPages pages the cleaner may ask to be rewritten by one merge
/// @param rangeBlocksMin an unmap of fewer blocks becomes points, else a range
/// @param loadsMax page reads in flight, the merge's included
/// @param reapMax unlinked subtrees that are not walked yet
/// @param layersMax layers of the lane
/// @param alignmentBytes what pages are padded to, 512 or 4096
public record IndexOptions(
    int frames,
    int deltaPoints,
    int deltaRanges,
    int dirtyPages,
    int rangeBlocksMin,
    int loadsMax,
    int reapMax,
    int layersMax,
    int alignmentBytes) {

  /// Most levels of a tree: 2^42 blocks are 16 PiB.
  public static final int LEVELS_MAX = 6;

  /// Most blocks of a layer.
  public static final long BLOCKS_MAX = 1L << (7 * LEVELS_MAX);

  /// Subtrees that the reaper walks at the same time.
  static final int REAPS_IN_FLIGHT = 8;

  /// What the reaper may add to its list before the list shrinks again: on each level it has at
  /// most one page's children per walk in flight.
  static final int REAP_RESERVE = REAPS_IN_FLIGHT * (LEVELS_MAX - 1) * PageCodec.SLOTS;

  /// A buffer holds less than 2 GiB.
  static final int FRAMES_MAX = (1 << 19) - 1;

  static final int FRAME_OVERHEAD_BYTES = 96;
  static final int POINT_BYTES = EntryFlyweight.BYTES + Integer.BYTES + 2;
  static final int LEAF_RECORD_BYTES = 41;
  static final int REAP_BYTES = 46;

  public IndexOptions {
    Check.that(alignmentBytes == 512 || alignmentBytes == 4096, "alignment", alignmentBytes);
    Check.that(loadsMax >= 2, "a merge and a lookup may load at once", loadsMax);
    // A lookup needs three leaves at one instant; a page that arrived must outlive the arrival of
    // the others in flight, until its waiter asked again; the reaper pins what it walks.
    Check.that(
        frames >= 2 * loadsMax + REAPS_IN_FLIGHT + 2 * LEVELS_MAX,
        "frames for what is in flight",
        frames);
    Check.that(frames <= FRAMES_MAX, "frames in one buffer", frames);
    Check.that(deltaPoints >= PageCodec.SLOTS, "the delta table holds a leaf", deltaPoints);
    Check.that(deltaPoints <= (1 << 24), "delta points", deltaPoints);
    Check.that(deltaRanges >= 1 && deltaRanges <= (1 << 14), "delta ranges", deltaRanges);
    Check.that(dirtyPages >= 1 && dirtyPages <= (1 << 20), "dirty pages", dirtyPages);
    Check.that(
        rangeBlocksMin >= 2 && rangeBlocksMin <= deltaPoints, "range threshold", rangeBlocksMin);
    Check.that(layersMax >= 1 && layersMax < (1 << 16), "layers", layersMax);
    Check.that(
        reapMax >= REAP_RESERVE + layersMax + PageCodec.SLOTS, "the reaper can finish", reapMax);
  }

  /// The options for a memory budget.
  ///
  /// @param memoryBytes all memory that the index takes, at least 8 MiB
  /// @param alignmentBytes what pages are padded to, 512 or 4096
  public static IndexOptions forBudget(long memoryBytes, int alignmentBytes) {
    int points = (int) Math.min(1 << 17, Long.highestOneBit(memoryBytes / 512));
    int ranges = 1024;
    int dirty = 16384;
    int layers = 4096;
    int reap = 16384;
    long fixed = deltaBytes(points, ranges, dirty) + (long) reap * REAP_BYTES;
    long frames = (memoryBytes - fixed) / (PageCodec.PAGE_BYTES + FRAME_OVERHEAD_BYTES);
    Check.that(frames >= 256, "index memory budget is at least 8 MiB", memoryBytes);
    return new IndexOptions(
        (int) Math.min(frames, FRAMES_MAX),
        points,
        ranges,
        dirty,
        64,
        64,
        reap,
        layers,
        alignmentBytes);
  }

  /// What all of it takes, in bytes.
  public long memoryBytes() {
    return deltaBytes(deltaPoints, deltaRanges, dirtyPages)
        + (long) reapMax * REAP_BYTES
        + (long) frames * (PageCodec.PAGE_BYTES + FRAME_OVERHEAD_BYTES);
  }

  private static long deltaBytes(int points, int ranges, int dirty) {
    long records = (long) points + dirty;
    long hash = Integer.BYTES * Long.highestOneBit(2 * records);
    return 2
        * ((long) points * POINT_BYTES
            + records * LEAF_RECORD_BYTES
            + hash
            + SpanFilter.BYTES
            + (long) RangeTombstones.piecesMax(ranges) * 2 * RangeTombstones.PIECE_BYTES);
  }
}
