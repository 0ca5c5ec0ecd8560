package io.ashlar.core.index;

import io.ashlar.core.format.EntryFlyweight;
import io.ashlar.core.format.PageCodec;
import io.ashlar.core.format.PointerFlyweight;
import io.ashlar.core.format.Sectors;
import java.nio.ByteBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/// Applies the frozen generation to a leaf, writes changed pages, and keeps the ledger in step.
final class MergeWriter {
  private final PageCodec codec;
  private final DeltaTable delta;
  private final PageCache cache;
  private final PageIo io;
  private final SpaceLedger ledger;
  private final IndexStatistics statistics;
  private final UnsafeBuffer encoded =
      new UnsafeBuffer(ByteBuffer.allocateDirect(PageCodec.PAGE_BYTES));
  private final PageWrite pageWrite = new PageWrite(encoded);
  private final UnsafeBuffer oldLeaf =
      new UnsafeBuffer(ByteBuffer.allocateDirect(PageCodec.PAGE_BYTES));
  private final PointerFlyweight result = new PointerFlyweight();
  private final EntryFlyweight change = new EntryFlyweight();
  private final EntryFlyweight old = new EntryFlyweight();

  MergeWriter(int alignmentBytes, DeltaTable delta, MergePorts ports) {
    this.delta = delta;
    codec = new PageCodec(alignmentBytes);
    cache = ports.cache();
    io = ports.io();
    ledger = ports.ledger();
    statistics = ports.statistics();
    result.wrap(new UnsafeBuffer(ByteBuffer.allocateDirect(PointerFlyweight.BYTES)), 0);
  }

  /// After [#write]: what points to the page.
  PointerFlyweight result() {
    return result;
  }

  /// Remembers a leaf as it was, for the ledger.
  void remember(MergeFrame leaf) {
    oldLeaf.putBytes(0, leaf.page, 0, PageCodec.PAGE_BYTES);
  }

  void applyRanges(MergeFrame leaf, int layer) {
    for (int slot = 0; slot < PageCodec.SLOTS; slot++) {
      long writeId = delta.frozen.ranges.writeIdAt(layer, leaf.firstBlock() + slot);
      if (writeId > leaf.entry(slot).writeId()) {
        leaf.entry(slot).tombstone(layer, writeId);
        leaf.isChanged = true;
      }
    }
  }

  /// Applies the points of a record. A relocation that was not verified is, here.
  void applyPoints(MergeFrame leaf, int layer, int leafRecord) {
    DeltaGeneration frozen = delta.frozen;
    for (int point = frozen.first(leafRecord);
        point != DeltaGeneration.NONE;
        point = frozen.next(point)) {
      if (frozen.has(point, DeltaGeneration.VOID)) {
        continue;
      }
      EntryFlyweight present = leaf.entry(frozen.slot(point));
      frozen.entry(point, change);
      boolean isUnverified = frozen.has(point, DeltaGeneration.UNVERIFIED);
      boolean isSame = present.writeId() == change.writeId() && present.owner() == layer;
      if (isUnverified && !isSame) {
        delta.makeVoid(frozen, point);
      } else if (isUnverified || change.writeId() >= present.writeId()) {
        present.copyFrom(change);
        leaf.isChanged = true;
      }
    }
  }

  /// Settles the points of a record: the tree has them, or they are void.
  void settle(int leafRecord) {
    DeltaGeneration frozen = delta.frozen;
    for (int point = frozen.first(leafRecord);
        point != DeltaGeneration.NONE;
        point = frozen.next(point)) {
      delta.settle(frozen, point);
    }
  }

  /// Writes a changed page, unless one tombstone says the same.
  ///
  /// @return false if the log does not take it now
  boolean write(MergeFrame frame, int layer) {
    long tombstone = frame.commonTombstone();
    if (tombstone != 0) {
      result.tombstone(layer, tombstone);
    } else if (!append(frame, layer)) {
      return false;
    }
    if (frame.source.isStored() && frame.source.owner() == layer) {
      removeOld(frame.source);
    }
    if (frame.level == 0) {
      countBlocks(frame, layer);
    }
    return true;
  }

  private boolean append(MergeFrame frame, int layer) {
    int lengthBytes = codec.encode(frame.page, encoded);
    pageWrite.layer = layer;
    pageWrite.level = frame.level;
    pageWrite.page = frame.number;
    pageWrite.highestWriteId = frame.highestWriteId();
    pageWrite.lengthBytes = lengthBytes;
    if (!io.appendPage(pageWrite)) {
      return false;
    }
    int units = (int) Sectors.holding(lengthBytes);
    boolean isFull = PageCodec.countPresent(frame.page) == PageCodec.SLOTS;
    result
        .clear()
        .summary(layer, pageWrite.highestWriteId, frame.countPresent())
        .place(pageWrite.address, units, pageWrite.generation)
        .content(
            isFull ? PointerFlyweight.FULL : 0,
            codec.checksum(layer, frame.level, frame.number, encoded, lengthBytes));
    ledger.treeAdded(pageWrite.address, pageWrite.generation, units);
    cache.install(result, layer, frame.level, frame.number, frame.page);
    statistics.pagesMerged++;
    statistics.bytesMerged += lengthBytes;
    return true;
  }

  private void removeOld(PointerFlyweight page) {
    ledger.treeRemoved(page.address(), page.generation(), page.units());
    int frame = cache.find(page);
    if (frame != PageCache.NONE) {
      cache.demote(frame);
    }
  }

  private void countBlocks(MergeFrame leaf, int layer) {
    for (int slot = 0; slot < PageCodec.SLOTS; slot++) {
      old.wrap(oldLeaf, slot * PageCodec.SLOT_BYTES);
      EntryFlyweight present = leaf.entry(slot);
      if (old.isSameAs(present)) {
        continue;
      }
      if (old.isStored() && old.owner() == layer) {
        ledger.treeRemoved(old.address(), old.generation(), old.units());
      }
      if (present.isStored() && present.owner() == layer) {
        ledger.treeAdded(present.address(), present.generation(), present.units());
      }
    }
  }
}
