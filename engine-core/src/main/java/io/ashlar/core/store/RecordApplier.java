package io.ashlar.core.store;

import io.ashlar.core.format.BlockDescriptorFlyweight;
import io.ashlar.core.format.CorruptRecordException;
import io.ashlar.core.format.EntryFlyweight;
import io.ashlar.core.format.RecordFlyweight;
import io.ashlar.core.index.BlockIndex;
import io.ashlar.core.segment.GroupRecords;
import io.ashlar.core.segment.SegmentTable;
import io.ashlar.core.transform.Codec;
import java.nio.ByteBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/// Publishes a durable group's records to the index and the catalogue. The same code serves live
/// groups and replay, so that what a crash leaves behind is what was there before it.
final class RecordApplier {
  private final BlockIndex index;
  private final VolumeCatalog catalog;
  private final SegmentTable segments;
  private final EntryFlyweight entry = new EntryFlyweight();
  private int points;
  private int ranges;
  private int units;
  private long hostBlocksTotal;
  private long hostUnitsTotal;

  RecordApplier(BlockIndex index, VolumeCatalog catalog, SegmentTable segments) {
    this.index = index;
    this.segments = segments;
    this.catalog = catalog;
    entry.wrap(new UnsafeBuffer(ByteBuffer.allocateDirect(EntryFlyweight.BYTES)), 0);
  }

  /// Applies every record of a group.
  ///
  /// @param payloadBase byte offset on the device of the group's first payload
  /// @param generation of the group's segment
  /// @param memory holds the payloads, the first at `memoryOffset`; only catalogue records are read
  ///   from it
  void apply(
      GroupRecords records, long payloadBase, int generation, UnsafeBuffer memory, int memoryOffset)
      throws CorruptRecordException {
    points = 0;
    ranges = 0;
    units = 0;
    while (records.next()) {
      RecordFlyweight record = records.record();
      switch (record.type()) {
        case WRITE -> {
          while (records.nextBlock()) {
            write(records, generation);
          }
          catalog.durable(record.layer(), record.writeId() + record.blocks() - 1);
        }
        case FETCHED -> {
          while (records.nextBlock()) {
            write(records, generation);
          }
        }
        case RELOCATE -> {
          while (records.nextBlock()) {
            relocate(records, generation);
          }
        }
        case UNMAP -> {
          unmap(record);
          catalog.durable(record.layer(), record.writeId());
        }
        case FETCHED_UNMAP -> unmap(record);
        case EPOCH -> catalog.epoch(record);
        case LEVEL -> catalog.level(record);
        case VOLUME, VOLUME_DELETED, RESERVATIONS, REJOIN -> {
          int at = memoryOffset + (int) (records.payloadOffset() - payloadBase);
          catalog.apply(record, memory, at);
        }
        case RELEASE -> release(record);
        case PAGE, CHECKPOINT, SEAL, MARK -> {}
      }
    }
  }

  private void release(RecordFlyweight record) throws CorruptRecordException {
    long segment = record.lba();
    if (segment < 0 || segment >= segments.geometry().segments()) {
      throw new CorruptRecordException(
          "a record releases segment %d, which this device has not".formatted(segment));
    }
    segments.releasedByLog((int) segment, (int) record.argument());
  }

  private void write(GroupRecords records, int generation) {
    RecordFlyweight record = records.record();
    int i = records.blockIndex();
    long writeId = record.writeId() + i;
    if (records.block().codec() == Codec.ZERO) {
      entry.tombstone(record.layer(), writeId);
    } else {
      fill(records, generation, writeId);
      units += records.blockUnits();
      hostBlocksTotal++;
      hostUnitsTotal += records.blockUnits();
    }
    points++;
    index.put(record.layer(), record.lba() + i, entry);
  }

  private void relocate(GroupRecords records, int generation) {
    RecordFlyweight record = records.record();
    fill(records, generation, record.writeId());
    points++;
    units += records.blockUnits();
    index.relocate(record.layer(), record.lba(), entry);
  }

  private void fill(GroupRecords records, int generation, long writeId) {
    BlockDescriptorFlyweight block = records.block();
    entry.identity(records.record().layer(), writeId);
    entry.place(records.address(), records.blockUnits(), generation);
    entry.content(block.codec(), block.length(), block.checksum(), block.keyGeneration());
  }

  private void unmap(RecordFlyweight record) {
    long count = record.argument();
    points += index.pointsOfUnmap(count);
    ranges += index.rangesOfUnmap(count);
    index.unmap(record.layer(), record.lba(), count, record.writeId());
  }

  VolumeCatalog catalog() {
    return catalog;
  }

  /// Block changes in the group applied last.
  int points() {
    return points;
  }

  /// Unmapped ranges in the group applied last.
  int ranges() {
    return ranges;
  }

  /// Units of sealed payload in the group applied last.
  int units() {
    return units;
  }

  /// Blocks other than zeroes that hosts wrote since the start, those replayed included.
  long hostBlocksTotal() {
    return hostBlocksTotal;
  }

  /// Units that these took.
  long hostUnitsTotal() {
    return hostUnitsTotal;
  }
}
