package io.ashlar.core.segment;

import io.ashlar.core.format.BlockDescriptorFlyweight;
import io.ashlar.core.format.GroupHeaderFlyweight;
import io.ashlar.core.format.RecordFlyweight;
import io.ashlar.core.format.Sectors;

/// Walks the records of a group header that has been proved sound, and tells where on the device
/// each payload lies. Publishing, replay, the cleaner and inspection all see a group through this.
public final class GroupRecords {
  private final RecordFlyweight record = new RecordFlyweight();
  private final BlockDescriptorFlyweight block = new BlockDescriptorFlyweight();
  private GroupHeaderFlyweight header = new GroupHeaderFlyweight();
  private int recordsLeft;
  private int nextRecordOffset;
  private int blockIndex;
  private long payloadOffset;
  private long nextPayloadOffset;

  /// Starts at the first record.
  ///
  /// @param payloadOffset byte offset on the device of the group's first payload
  public GroupRecords wrap(GroupHeaderFlyweight header, long payloadOffset) {
    this.header = header;
    recordsLeft = header.records();
    nextRecordOffset = GroupHeaderFlyweight.BYTES;
    nextPayloadOffset = payloadOffset;
    return this;
  }

  /// Moves to the next record; its blocks follow by [#nextBlock], all of which must be visited.
  public boolean next() {
    if (recordsLeft == 0) {
      return false;
    }
    recordsLeft--;
    record.wrap(header.buffer(), nextRecordOffset);
    nextRecordOffset += record.length();
    blockIndex = -1;
    if (!record.type().hasBlocks()) {
      take(record.payloadBytes());
    }
    return true;
  }

  /// Moves to the record's next block.
  public boolean nextBlock() {
    if (!record.type().hasBlocks() || blockIndex + 1 >= record.blocks()) {
      return false;
    }
    blockIndex++;
    block.wrap(record.buffer(), RecordFlyweight.descriptorOffset(blockIndex));
    take(block.length());
    return true;
  }

  /// Passes over the blocks of the record that are not visited yet, so that the next record is
  /// found.
  public void skipBlocks() {
    while (nextBlock()) {
      // Each is passed.
    }
  }

  private void take(int bytes) {
    payloadOffset = nextPayloadOffset;
    nextPayloadOffset += Sectors.align(bytes, Sectors.BYTES);
  }

  public RecordFlyweight record() {
    return record;
  }

  public BlockDescriptorFlyweight block() {
    return block;
  }

  /// The present block's place in its record, from 0.
  public int blockIndex() {
    return blockIndex;
  }

  /// Byte offset on the device of the present block's, or record's, payload.
  public long payloadOffset() {
    return payloadOffset;
  }

  /// Sector address of the present block's, or record's, payload.
  public long address() {
    return payloadOffset / Sectors.BYTES;
  }

  /// Units that the present block takes.
  public int blockUnits() {
    return (int) Sectors.holding(block.length());
  }
}
