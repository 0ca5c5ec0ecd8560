package io.ashlar.core.store;

import io.ashlar.core.format.BlockDescriptorFlyweight;
import io.ashlar.core.format.CorruptRecordException;
import io.ashlar.core.format.RecordFlyweight;
import io.ashlar.core.format.Superblock;
import io.ashlar.core.format.VolumeEntry;
import io.ashlar.core.format.WriteId;
import io.ashlar.core.index.BlockIndex;
import io.ashlar.core.index.IndexOptions;
import io.ashlar.core.segment.GroupRecords;
import io.ashlar.core.segment.GroupWindow;
import io.ashlar.core.transform.Codec;
import io.ashlar.core.volume.VolumeGeometry;
import io.ashlar.core.volume.VolumeHistory;
import java.util.UUID;
import org.agrona.concurrent.UnsafeBuffer;

/// Checks what a replayed group says before it is applied: its checksums hold, but whoever wrote it
/// may have been wrong. What makes no sense ends the opening with a sentence; it never reaches the
/// index, whose own checks are for bugs.
final class ReplayBounds {
  private final String device;
  private final BlockIndex index;
  private final VolumeCatalog catalog;
  private final GroupWindow window;
  private final UnsafeBuffer view = new UnsafeBuffer(0, 0);
  private int points;
  private int ranges;

  /// The newest epoch that a record of this group may be of.
  private int epochMax;

  /// @param window holds the group
  ReplayBounds(String device, BlockIndex index, VolumeCatalog catalog, GroupWindow window) {
    this.device = device;
    this.index = index;
    this.catalog = catalog;
    this.window = window;
  }

  /// Checks every record of the group.
  ///
  /// @throws CorruptRecordException that names the group and what is wrong
  void check() throws CorruptRecordException {
    GroupRecords records = window.records();
    epochMax = Math.max(window.header().epoch(), catalog.epochMax());
    while (records.next()) {
      RecordFlyweight record = records.record();
      switch (record.type()) {
        case EPOCH -> epoch(record);
        case WRITE, FETCHED -> write(records);
        case RELOCATE -> relocate(records);
        case UNMAP, FETCHED_UNMAP -> unmap(record);
        case REJOIN -> rejoin(record, window.memoryOffset(records));
        case LEVEL -> expectVersion(record, 1);
        case VOLUME -> volume(record, window.memoryOffset(records));
        case VOLUME_DELETED ->
            expect(
                !index.hasChildren(record.layer()), "a deletion of what others were forked from");
        // What a release names is checked where it is applied.
        case RESERVATIONS, PAGE, CHECKPOINT, SEAL, MARK, RELEASE -> {}
      }
    }
    if (!index.hasRoomToReplay(points, ranges)) {
      throw new CorruptRecordException(
          "the log since the checkpoint holds more changes than this node's index has room for: give it a larger index budget");
    }
  }

  private void write(GroupRecords records) throws CorruptRecordException {
    RecordFlyweight record = records.record();
    int blocks = record.blocks();
    points += blocks;
    expectPlace(record, blocks);
    expectVersion(record, blocks);
    while (records.nextBlock()) {
      expect(isForm(records.block()), "a block of no known form");
    }
  }

  private void relocate(GroupRecords records) throws CorruptRecordException {
    RecordFlyweight record = records.record();
    points++;
    expect(record.blocks() == 1, "a move of several blocks");
    expectPlace(record, 1);
    expectVersion(record, 1);
    records.nextBlock();
    boolean isStored = records.block().length() > 0;
    expect(isStored && isForm(records.block()), "a moved block of no known form");
  }

  private void unmap(RecordFlyweight record) throws CorruptRecordException {
    long count = record.argument();
    expectPlace(record, count);
    expectVersion(record, 1);
    points += index.pointsOfUnmap(count);
    ranges += index.rangesOfUnmap(count);
  }

  private void epoch(RecordFlyweight record) throws CorruptRecordException {
    long previous = record.argument();
    int epoch = WriteId.epoch(record.writeId());
    boolean follows =
        previous >= 0
            && epoch > WriteId.epoch(previous)
            && epoch <= Superblock.EPOCH_MAX
            && WriteId.counter(record.writeId()) == WriteId.counter(previous) + 1;
    expect(follows, "an epoch that does not follow the one before");
    epochMax = Math.max(epochMax, epoch);
  }

  private void rejoin(RecordFlyweight record, int at) throws CorruptRecordException {
    VolumeHistory primary = new VolumeHistory();
    view.wrap(window.memory(), at, record.payloadBytes());
    String complaint = primary.decode(view, record.payloadBytes());
    expect(complaint == null, complaint == null ? "" : complaint);
    int epoch = WriteId.epoch(record.writeId());
    boolean follows =
        record.argument() >= 0
            && record.argument() <= record.writeId()
            && primary.hasBegunBy(record.writeId())
            && epoch <= Superblock.EPOCH_MAX;
    expect(follows, "a replica that takes part again before it left");
    epochMax = Math.max(epochMax, epoch);
  }

  private void volume(RecordFlyweight record, int at) throws CorruptRecordException {
    VolumeEntry entry;
    try {
      entry = VolumeEntry.decode(window.memory(), at, record.payloadBytes());
    } catch (CorruptRecordException e) {
      throw complaint(String.valueOf(e.getMessage()));
    }
    expect(entry.layer() == record.layer(), "a volume of another layer");
    long blocks = entry.sizeBytes() / VolumeGeometry.BLOCK_BYTES;
    expect(blocks <= IndexOptions.BLOCKS_MAX, "a volume too large for any index");
    UUID id = catalog.idOfLayer(entry.layer());
    boolean isSame = id == null ? !catalog.has(entry.uuid()) : id.equals(entry.uuid());
    expect(isSame, "a volume whose identity another one has");
    if (!index.hasLayer(entry.layer()) && !index.hasRoomForLayers(1)) {
      throw new CorruptRecordException(
          "the log holds more volumes than this node's index has room for: give it a larger index budget");
    }
  }

  /// Blocks lie in the layer, if it is there: changes to one that was removed meanwhile do nothing.
  private void expectPlace(RecordFlyweight record, long count) throws CorruptRecordException {
    int layer = record.layer();
    long size = index.hasLayer(layer) ? index.blocks(layer) : IndexOptions.BLOCKS_MAX;
    long lba = record.lba();
    expect(count >= 1 && lba >= 0 && count <= size && lba <= size - count, "blocks beyond the end");
  }

  /// A version of a volume's own epoch is known by its volume. Where that was removed behind the
  /// record, before the checkpoint told of the volumes or before the cleaner's move became durable,
  /// nothing tells of its epochs any more, and the record does nothing.
  private void expectVersion(RecordFlyweight record, int count) throws CorruptRecordException {
    int newest = index.hasLayer(record.layer()) ? epochMax : Superblock.EPOCH_MAX;
    boolean sound = WriteId.isSound(record.writeId(), count, newest);
    expect(sound, "a version that was never given");
  }

  private static boolean isForm(BlockDescriptorFlyweight block) {
    return Codec.isForm(block.codec(), block.length(), block.keyGeneration());
  }

  private void expect(boolean sound, String what) throws CorruptRecordException {
    if (!sound) {
      throw complaint(what);
    }
  }

  private CorruptRecordException complaint(String what) {
    return new CorruptRecordException(
        "group %d of the log is whole and makes no sense (%s) at device %s offset %d; a node wrote it wrongly, please report it"
            .formatted(window.header().sequence(), what, device, window.payloadBase()));
  }
}
