package io.ashlar.core.index;

import io.ashlar.core.base.Check;
import io.ashlar.core.format.EntryFlyweight;
import io.ashlar.core.format.PageCodec;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.agrona.concurrent.UnsafeBuffer;

/// One generation of the delta table: *points*, which are changed blocks, and ranges. The points of
/// a leaf are chained at the leaf's *record*, found by hash, so that a merge takes them together
/// and a lookup of an unchanged leaf costs one probe. A record knows by a bitmap which blocks have
/// points. Everything is in arrays filled from the front; [#clear] starts over.
final class DeltaGeneration {
  static final int NONE = -1;

  /// A relocation of which nobody knows yet whether the leaf has the version it moved.
  static final int UNVERIFIED = 1;

  /// A relocation of a version that was overwritten: to be ignored.
  static final int VOID = 2;

  /// Kept over a damaged page: in no tree, and in no log that will be replayed.
  static final int CARRIED = 4;

  /// Its place is off the ledger's delta counts, or counted by its copy.
  static final int SETTLED = 8;

  final RangeTombstones ranges;
  final SpanFilter filter = new SpanFilter();

  /// Block changes that were published into this generation, each of which takes one point at most.
  int publishedPoints;

  int publishedRanges;

  private final UnsafeBuffer entries;
  private final EntryFlyweight view = new EntryFlyweight();
  private final int[] pointNext;
  private final byte[] pointSlot;
  private final byte[] pointFlags;
  private int points;

  private final int[] recordLayer;
  private final long[] recordLeaf;
  private final int[] recordHead;
  private final int[] recordNext;
  private final long[] recordLow;
  private final long[] recordHigh;
  private final byte[] recordDirty;
  private int records;

  private final int[] hashHeads;
  private final int hashShift;

  DeltaGeneration(IndexOptions options) {
    int pointsMax = options.deltaPoints();
    entries = new UnsafeBuffer(ByteBuffer.allocateDirect(pointsMax * EntryFlyweight.BYTES));
    pointNext = new int[pointsMax];
    pointSlot = new byte[pointsMax];
    pointFlags = new byte[pointsMax];
    int recordsMax = pointsMax + options.dirtyPages();
    recordLayer = new int[recordsMax];
    recordLeaf = new long[recordsMax];
    recordHead = new int[recordsMax];
    recordNext = new int[recordsMax];
    recordLow = new long[recordsMax];
    recordHigh = new long[recordsMax];
    recordDirty = new byte[recordsMax];
    int hashSize = Integer.highestOneBit(2 * recordsMax);
    hashShift = Long.SIZE - Integer.numberOfTrailingZeros(hashSize);
    hashHeads = new int[hashSize];
    Arrays.fill(hashHeads, NONE);
    ranges = new RangeTombstones(options.deltaRanges());
  }

  void clear() {
    points = 0;
    records = 0;
    publishedPoints = 0;
    publishedRanges = 0;
    Arrays.fill(hashHeads, NONE);
    ranges.clear();
    filter.clear();
  }

  /// Whether there is memory for this many more points and ranges, whatever they replace.
  boolean hasRoom(int morePoints, int moreRanges) {
    return morePoints <= pointNext.length - points && ranges.hasRoom(moreRanges);
  }

  // Records

  int records() {
    return records;
  }

  int layer(int leafRecord) {
    return recordLayer[leafRecord];
  }

  long leaf(int leafRecord) {
    return recordLeaf[leafRecord];
  }

  /// The record of a leaf, or [#NONE].
  int find(int layer, long leaf) {
    int found = hashHeads[bucketOf(layer, leaf)];
    while (found != NONE && (recordLeaf[found] != leaf || recordLayer[found] != layer)) {
      found = recordNext[found];
    }
    return found;
  }

  /// The record of a leaf, new if there is none.
  int findOrAdd(int layer, long leaf) {
    int found = find(layer, leaf);
    if (found != NONE) {
      return found;
    }
    Check.that(records < recordLeaf.length, "room for a leaf record", records);
    int added = records++;
    int bucket = bucketOf(layer, leaf);
    recordLayer[added] = layer;
    recordLeaf[added] = leaf;
    recordHead[added] = NONE;
    recordNext[added] = hashHeads[bucket];
    recordLow[added] = 0;
    recordHigh[added] = 0;
    recordDirty[added] = 0;
    hashHeads[bucket] = added;
    filter.add(layer, leaf);
    return added;
  }

  /// Has the page of `level` above the leaf written anew.
  void markDirty(int leafRecord, int level) {
    recordDirty[leafRecord] |= (byte) (1 << level);
  }

  boolean isDirty(int leafRecord, int level) {
    return (recordDirty[leafRecord] & (1 << level)) != 0;
  }

  /// The lowest level that the record has something to say about: 0 if it has points.
  int lowestLevel(int leafRecord) {
    return recordHead[leafRecord] != NONE
        ? 0
        : Integer.numberOfTrailingZeros(recordDirty[leafRecord] | (1 << IndexOptions.LEVELS_MAX));
  }

  // Points

  /// The first point of a record, or [#NONE].
  int first(int leafRecord) {
    return recordHead[leafRecord];
  }

  /// The point after `point` in its record, or [#NONE].
  int next(int point) {
    return pointNext[point];
  }

  /// Which block of its leaf the point is.
  int slot(int point) {
    return pointSlot[point];
  }

  /// The point of a block of the record's leaf, or [#NONE].
  int point(int leafRecord, int slot) {
    long bits = slot < Long.SIZE ? recordLow[leafRecord] : recordHigh[leafRecord];
    if ((bits & (1L << slot)) == 0) {
      return NONE;
    }
    int point = recordHead[leafRecord];
    while (pointSlot[point] != slot) {
      point = pointNext[point];
    }
    return point;
  }

  /// Adds a point for a block that has none. Its entry is what it was in another life: to be
  /// written.
  int add(int leafRecord, int slot) {
    Check.that(points < pointNext.length, "room for a point", points);
    int point = points++;
    pointNext[point] = recordHead[leafRecord];
    pointSlot[point] = (byte) slot;
    pointFlags[point] = 0;
    recordHead[leafRecord] = point;
    if (slot < Long.SIZE) {
      recordLow[leafRecord] |= 1L << slot;
    } else {
      recordHigh[leafRecord] |= 1L << slot;
    }
    return point;
  }

  int points() {
    return points;
  }

  EntryFlyweight entry(int point, EntryFlyweight entry) {
    return entry.wrap(entries, point * EntryFlyweight.BYTES);
  }

  boolean has(int point, int flag) {
    return (pointFlags[point] & flag) != 0;
  }

  void flags(int point, int flags) {
    pointFlags[point] = (byte) flags;
  }

  int flags(int point) {
    return pointFlags[point];
  }

  /// How many points were carried over damaged pages.
  int carriedPoints() {
    int count = 0;
    for (int point = 0; point < points; point++) {
      count += isCarried(point) ? 1 : 0;
    }
    return count;
  }

  /// Copies the `index`-th carried point. Those of one leaf follow each other.
  void carriedPoint(int index, CarriedPoint out) {
    int left = index;
    for (int leafRecord = 0; leafRecord < records; leafRecord++) {
      for (int point = first(leafRecord); point != NONE; point = next(point)) {
        if (isCarried(point) && left-- == 0) {
          out.layer = recordLayer[leafRecord];
          out.lba = firstBlock(recordLeaf[leafRecord]) + slot(point);
          out.isUnverified = has(point, UNVERIFIED);
          out.entry.copyFrom(entry(point, view));
          return;
        }
      }
    }
    Check.that(false, "a carried point", index);
  }

  private boolean isCarried(int point) {
    return has(point, CARRIED) && !has(point, VOID);
  }

  /// First block of a leaf.
  static long firstBlock(long leaf) {
    return leaf * PageCodec.SLOTS;
  }

  private int bucketOf(int layer, long leaf) {
    return (int) (Hash.of(layer, leaf) >>> hashShift);
  }
}
