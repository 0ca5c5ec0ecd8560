package io.ashlar.core.index;

import io.ashlar.core.base.Check;
import io.ashlar.core.format.EntryFlyweight;
import io.ashlar.core.format.PageCodec;

/// The changes since the last checkpoint: an active generation, and while a merge is under way the
/// frozen one that it merges. The higher write id holds, over both generations and their ranges; at
/// the same write id the active generation holds, for there it is a relocation.
///
/// Its bound is on what was published, not on what is stored: each published block change costs
/// one, even if it replaces another, and is given back when the checkpoint that has it is durable.
/// So the replay after a crash at any time fits, for it publishes the same again.
final class DeltaTable {
  DeltaGeneration active;
  DeltaGeneration frozen;

  private final IndexOptions options;
  private final SpaceLedger ledger;
  private final IndexStatistics statistics;
  private final EntryFlyweight present = new EntryFlyweight();
  private final EntryFlyweight carried = new EntryFlyweight();

  /// What was published into generations whose checkpoint is not durable yet.
  private int reservedPoints;

  private int reservedRanges;
  private int dirtyPages;

  DeltaTable(IndexOptions options, SpaceLedger ledger, IndexStatistics statistics) {
    this.options = options;
    this.ledger = ledger;
    this.statistics = statistics;
    active = new DeltaGeneration(options);
    frozen = new DeltaGeneration(options);
  }

  boolean hasRoom(int points, int ranges) {
    return active.publishedPoints + reservedPoints + points <= options.deltaPoints()
        && active.publishedRanges + reservedRanges + ranges <= options.deltaRanges();
  }

  int fillPercent() {
    long points = 100L * (active.publishedPoints + reservedPoints) / options.deltaPoints();
    long ranges = 100L * (active.publishedRanges + reservedRanges) / options.deltaRanges();
    return (int) Math.max(points, ranges);
  }

  void put(int layer, long lba, EntryFlyweight entry) {
    int leafRecord = active.findOrAdd(layer, lba / PageCodec.SLOTS);
    int slot = (int) (lba % PageCodec.SLOTS);
    active.publishedPoints++;
    int point = active.point(leafRecord, slot);
    if (point == DeltaGeneration.NONE) {
      point = active.add(leafRecord, slot);
    } else {
      active.entry(point, present);
      if (!active.has(point, DeltaGeneration.VOID) && present.writeId() > entry.writeId()) {
        return;
      }
      settle(active, point);
    }
    active.flags(point, 0);
    active.entry(point, present).copyFrom(entry);
    count(entry);
  }

  void unmapRange(int layer, long start, long end, long writeId) {
    active.publishedRanges++;
    active.ranges.insert(layer, start, end, writeId);
  }

  /// Marks a page to be written anew.
  boolean markDirty(int layer, int level, long page) {
    if (dirtyPages == options.dirtyPages()) {
      return false;
    }
    dirtyPages++;
    active.markDirty(active.findOrAdd(layer, page << (7 * level)), level);
    return true;
  }

  /// What the table alone says of a relocation.
  Relocation relocate(int layer, long lba, EntryFlyweight moved) {
    active.publishedPoints++;
    long known = Math.max(knownWriteId(frozen, layer, lba), knownWriteId(active, layer, lba));
    if (known != 0) {
      return known == moved.writeId() ? Relocation.APPLIED : Relocation.VOID;
    }
    long pending = Math.max(pendingWriteId(frozen, layer, lba), pendingWriteId(active, layer, lba));
    return pending > moved.writeId() ? Relocation.VOID : Relocation.UNKNOWN;
  }

  /// Keeps a relocation that is not void.
  void keep(int layer, long lba, EntryFlyweight moved, Relocation verdict) {
    Check.that(verdict != Relocation.VOID, "a void relocation is not kept");
    place(layer, lba, moved, verdict == Relocation.APPLIED ? 0 : DeltaGeneration.UNVERIFIED);
  }

  /// The leaf says that the point's relocation is of the version it has.
  void verify(DeltaGeneration generation, int point) {
    generation.flags(point, generation.flags(point) & ~DeltaGeneration.UNVERIFIED);
  }

  /// The leaf says that the point's relocation is of an overwritten version.
  void makeVoid(DeltaGeneration generation, int point) {
    settle(generation, point);
    generation.flags(point, generation.flags(point) | DeltaGeneration.VOID);
    statistics.relocationsVoid++;
  }

  /// Takes a point's place off the ledger, once.
  void settle(DeltaGeneration generation, int point) {
    if (generation.has(point, DeltaGeneration.SETTLED)) {
      return;
    }
    generation.flags(point, generation.flags(point) | DeltaGeneration.SETTLED);
    generation.entry(point, present);
    if (present.isStored()) {
      ledger.deltaRemoved(present.address(), present.generation(), present.units());
    }
  }

  /// Moves a record of the frozen generation, whose leaf is damaged, to the active one. What is
  /// newer there stays.
  void carry(int leafRecord) {
    int layer = frozen.layer(leafRecord);
    long leaf = frozen.leaf(leafRecord);
    for (int point = frozen.first(leafRecord);
        point != DeltaGeneration.NONE;
        point = frozen.next(point)) {
      if (!frozen.has(point, DeltaGeneration.VOID)) {
        carryPoint(layer, leaf, point);
      }
    }
  }

  private void carryPoint(int layer, long leaf, int point) {
    int leafRecord = active.findOrAdd(layer, leaf);
    int slot = frozen.slot(point);
    int newer = active.point(leafRecord, slot);
    int unverified = frozen.flags(point) & DeltaGeneration.UNVERIFIED;
    long writeId = frozen.entry(point, present).writeId();
    if (newer != DeltaGeneration.NONE && !active.has(newer, DeltaGeneration.VOID)) {
      if (active.entry(newer, present).writeId() == writeId) {
        // A relocation of what is carried: it takes its place, and is as certain as it was.
        active.flags(newer, unverified | DeltaGeneration.CARRIED);
      }
      settle(frozen, point);
      return;
    }
    if (newer == DeltaGeneration.NONE) {
      newer = active.add(leafRecord, slot);
    }
    active.publishedPoints++;
    active.flags(newer, unverified | DeltaGeneration.CARRIED);
    active.entry(newer, present).copyFrom(frozen.entry(point, carried));
    // Counted once, as before: the count goes over to the copy.
    frozen.flags(point, frozen.flags(point) | DeltaGeneration.SETTLED);
    statistics.pointsCarried++;
  }

  /// Moves a piece of a frozen range over a damaged page to the active generation.
  void carryRange(int layer, long start, long end, long writeId) {
    active.publishedRanges++;
    active.ranges.insertCarried(layer, start, end, writeId);
    statistics.rangesCarried++;
  }

  /// Puts back a change that was carried over a crash.
  void restore(int layer, long lba, EntryFlyweight entry, int flags) {
    active.publishedPoints++;
    place(layer, lba, entry, flags);
  }

  void freeze() {
    DeltaGeneration next = frozen;
    frozen = active;
    active = next;
    reservedPoints = frozen.publishedPoints;
    reservedRanges = frozen.publishedRanges;
    dirtyPages = 0;
  }

  void onCheckpointDurable() {
    reservedPoints = 0;
    reservedRanges = 0;
  }

  /// Writes a point of the active generation over whatever it was. What was carried stays carried:
  /// its successor is a relocation, which is worth nothing without it.
  private void place(int layer, long lba, EntryFlyweight entry, int flags) {
    int leafRecord = active.findOrAdd(layer, lba / PageCodec.SLOTS);
    int slot = (int) (lba % PageCodec.SLOTS);
    int point = active.point(leafRecord, slot);
    int kept = 0;
    if (point == DeltaGeneration.NONE) {
      point = active.add(leafRecord, slot);
    } else {
      kept = active.flags(point) & DeltaGeneration.CARRIED;
      settle(active, point);
    }
    active.flags(point, flags | kept);
    active.entry(point, present).copyFrom(entry);
    count(entry);
  }

  private void count(EntryFlyweight entry) {
    if (entry.isStored()) {
      ledger.deltaAdded(entry.address(), entry.generation(), entry.units());
    }
  }

  /// The highest write id that a generation knows for certain of a block; 0 if none.
  private long knownWriteId(DeltaGeneration generation, int layer, long lba) {
    long known = generation.ranges.writeIdAt(layer, lba);
    int point = point(generation, layer, lba);
    if (point != DeltaGeneration.NONE
        && !generation.has(point, DeltaGeneration.UNVERIFIED | DeltaGeneration.VOID)) {
      known = Math.max(known, generation.entry(point, present).writeId());
    }
    return known;
  }

  /// The write id of a generation's point, whatever it is worth; 0 if there is none.
  private long pendingWriteId(DeltaGeneration generation, int layer, long lba) {
    int point = point(generation, layer, lba);
    return point == DeltaGeneration.NONE || generation.has(point, DeltaGeneration.VOID)
        ? 0
        : generation.entry(point, present).writeId();
  }

  private static int point(DeltaGeneration generation, int layer, long lba) {
    int leafRecord = generation.find(layer, lba / PageCodec.SLOTS);
    return leafRecord == DeltaGeneration.NONE
        ? DeltaGeneration.NONE
        : generation.point(leafRecord, (int) (lba % PageCodec.SLOTS));
  }
}
