package io.ashlar.core.store;

import io.ashlar.core.base.Check;
import io.ashlar.core.base.CheckFailedException;
import io.ashlar.core.base.Crc32c;
import io.ashlar.core.format.RecordFlyweight;
import io.ashlar.core.format.RecordType;
import io.ashlar.core.format.Sectors;
import io.ashlar.core.index.BlockIndex;
import io.ashlar.core.segment.Group;
import io.ashlar.core.segment.LogWriter;
import io.ashlar.core.segment.PayloadChecksum;
import io.ashlar.core.segment.SealedRecord;
import io.ashlar.core.segment.Stream;
import io.ashlar.core.transform.BlockSealer;
import io.ashlar.core.transform.SealedBlock;
import io.ashlar.core.volume.BlockRequest;
import io.ashlar.core.volume.BlockStatus;
import io.ashlar.core.volume.RequestQueue;
import io.ashlar.core.volume.VolumeGeometry;
import java.nio.ByteBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/// Seals writes into the group that is building, in the order of their coming, and stops where the
/// log, the index or the pool has no room. A write of up to `atomicBlocksMax` blocks is one record
/// of one group: all or nothing.
final class WritePath {
  /// How appending a request went.
  private enum Outcome {
    /// All of it is in a group.
    APPENDED,
    /// The rest must wait.
    WAIT,
    /// It can never be done.
    REFUSED
  }

  private static final int BLOCK_BYTES = VolumeGeometry.BLOCK_BYTES;

  /// Blocks that one turn may seal: about 100 µs of work.
  private static final int BLOCKS_PER_TURN = 64;

  private final LogWriter log;
  private final BlockIndex index;
  private final BlockSealer sealer;
  private final SpaceGauge space;
  private final Crc32c crc;
  private final SealedBlock sealed = new SealedBlock();
  private final SealedRecord view = new SealedRecord();
  private final RequestQueue waiting = new RequestQueue();
  private final UnsafeBuffer scratch = new UnsafeBuffer(ByteBuffer.allocateDirect(64 * 1024));
  private final int atomicBlocksMax;
  private int headBlocksDone;
  private int turnBlocks;
  private int pendingPoints;
  private int pendingRanges;
  private boolean indexFull;

  /// What writes work with.
  record Parts(LogWriter log, BlockIndex index, BlockSealer sealer, SpaceGauge space, Crc32c crc) {}

  /// @param atomicBlocksMax most blocks of one record: what one group holds
  WritePath(Parts parts, int atomicBlocksMax) {
    this.atomicBlocksMax = atomicBlocksMax;
    log = parts.log;
    index = parts.index;
    sealer = parts.sealer;
    space = parts.space;
    crc = parts.crc;
  }

  /// Takes a write, unmap, write-zeroes or reservation request of whole blocks; its slot is the
  /// [WriteTurn] it entered.
  void submit(BlockRequest request) {
    if (!waiting.isEmpty() || !tryAppend(request)) {
      waiting.add(request);
    }
  }

  /// Starts a turn of the loop: appends what waits, as far as there is room.
  int drain() {
    turnBlocks = 0;
    int work = 0;
    BlockRequest head = waiting.poll();
    while (head != null) {
      // Out of the queue while it is tried: a group links its requests by the same field.
      if (!tryAppend(head)) {
        waiting.putBack(head);
        return work;
      }
      work++;
      head = waiting.poll();
    }
    return work;
  }

  /// Tries to append; a refused request is completed.
  ///
  /// @return whether the request is off the path's hands
  private boolean tryAppend(BlockRequest request) {
    Outcome outcome = append(request);
    if (outcome == Outcome.WAIT) {
      return false;
    }
    headBlocksDone = 0;
    if (outcome == Outcome.REFUSED) {
      end(request, isOffline(request) ? BlockStatus.OFFLINE : BlockStatus.NO_SPACE);
    }
    return true;
  }

  /// The log has failed, the volume is on its way out so that its keys may be wiped by now, or its
  /// writes are sequenced elsewhere.
  private boolean isOffline(BlockRequest request) {
    LocalVolume volume = turnOf(request).volume;
    return log.isFailed() || volume.isGone() || !volume.isLed();
  }

  private static WriteTurn turnOf(BlockRequest request) {
    return (WriteTurn) Check.present(request.slot, "a write knows its turn");
  }

  static void end(BlockRequest request, BlockStatus status) {
    WriteTurn turn = turnOf(request);
    request.slot = null;
    turn.left();
    request.complete(status);
  }

  private Outcome append(BlockRequest request) {
    if (isOffline(request)) {
      return Outcome.REFUSED;
    }
    LocalVolume volume = turnOf(request).volume;
    return switch (request.operation) {
      case WRITE -> appendBlocks(volume, request);
      case UNMAP, WRITE_ZEROES -> appendUnmap(volume, request);
      case SAVE_RESERVATIONS -> appendReservations(volume, request);
      default -> throw new CheckFailedException("not a write: " + request.operation);
    };
  }

  private Outcome appendBlocks(LocalVolume volume, BlockRequest request) {
    int blocks = (int) (request.lengthBytes / BLOCK_BYTES);
    int recordMax = blocks <= atomicBlocksMax ? blocks : IoBuffers.LARGE_BLOCKS;
    Group group = null;
    while (headBlocksDone < blocks) {
      int count = Math.min(recordMax, blocks - headBlocksDone);
      if (turnBlocks > 0 && turnBlocks + count > BLOCKS_PER_TURN) {
        return Outcome.WAIT;
      }
      if (!space.admits(log, count * BLOCK_BYTES)) {
        indexFull = false;
        boolean full = space.isFullOfLiveData(count * BLOCK_BYTES);
        return volume.isSpaceExhausted(full) ? Outcome.REFUSED : Outcome.WAIT;
      }
      if (!hasIndexRoom(count, 0) || !volume.admits(SealedRecord.bytesMax(count))) {
        return Outcome.WAIT;
      }
      group = log.buildingWithRoom(Stream.USER, count, count * BLOCK_BYTES);
      if (group == null) {
        return Outcome.WAIT;
      }
      seal(volume, request, group, count);
      headBlocksDone += count;
      turnBlocks += count;
    }
    Check.present(group, "a write has blocks").await(request);
    return Outcome.APPENDED;
  }

  private boolean hasIndexRoom(int points, int ranges) {
    indexFull = !index.hasRoom(pendingPoints + points, pendingRanges + ranges);
    return !indexFull && space.hasMergeRoom();
  }

  private void seal(LocalVolume volume, BlockRequest request, Group group, int count) {
    long lba = request.offsetBytes / BLOCK_BYTES + headBlocksDone;
    long writeId = volume.takeWriteIds(count);
    group.record(RecordType.WRITE, volume.layer(), writeId, lba, 0);
    int units = 0;
    for (int i = 0; i < count; i++) {
      sealed.identify(volume.layer(), lba + i, writeId + i);
      int from = (headBlocksDone + i) * BLOCK_BYTES;
      sealer.seal(
          volume.transform(), request.data, from, group.memory(), group.payloadStart(), sealed);
      group.block(sealed.crc32c, sealed.storedLength, sealed.codec, sealed.keyGeneration);
      units += (int) Sectors.holding(sealed.storedLength);
    }
    pendingPoints += count;
    space.appended(units);
    tell(volume, group, request);
  }

  private void tell(LocalVolume volume, Group group, BlockRequest request) {
    HistoryListener listener = volume.listener();
    if (listener != null) {
      listener.onSequenced(group.lastRecord(view), request);
    }
  }

  /// Whether an empty group of this device holds the record.
  boolean fits(SealedRecord sealedRecord) {
    return sealedRecord.payloadBytes() <= atomicBlocksMax * BLOCK_BYTES;
  }

  /// Appends a record that another replica sequenced and sealed.
  ///
  /// @return false if there is no room for it now
  boolean appendSealed(LocalVolume volume, SealedRecord sealedRecord) {
    RecordFlyweight record = sealedRecord.record();
    int blocks = record.blocks();
    boolean unmaps = record.type() == RecordType.UNMAP || record.type() == RecordType.FETCHED_UNMAP;
    int points = unmaps ? index.pointsOfUnmap(record.argument()) : blocks;
    int ranges = unmaps ? index.rangesOfUnmap(record.argument()) : 0;
    int bytes = sealedRecord.payloadBytes();
    boolean isAdmitted = blocks == 0 || space.admits(log, bytes);
    if (!isAdmitted || !hasIndexRoom(points, ranges)) {
      return false;
    }
    Group group = log.buildingWithRoom(Stream.USER, blocks, bytes);
    if (group == null) {
      return false;
    }
    sealedRecord.appendTo(group);
    pendingPoints += points;
    pendingRanges += ranges;
    if (blocks > 0) {
      space.appended((int) Sectors.holding(bytes));
    }
    volume.passed(sealedRecord);
    return true;
  }

  private Outcome appendUnmap(LocalVolume volume, BlockRequest request) {
    long count = request.lengthBytes / BLOCK_BYTES;
    boolean hasRoom = hasIndexRoom(index.pointsOfUnmap(count), index.rangesOfUnmap(count));
    if (!hasRoom || !volume.admits(SealedRecord.bytesMax(0))) {
      return Outcome.WAIT;
    }
    Group group = log.buildingWithRoom(Stream.USER, 0, 0);
    if (group == null) {
      return Outcome.WAIT;
    }
    long lba = request.offsetBytes / BLOCK_BYTES;
    group.record(RecordType.UNMAP, volume.layer(), volume.takeWriteIds(1), lba, count);
    pendingPoints += index.pointsOfUnmap(count);
    pendingRanges += index.rangesOfUnmap(count);
    tell(volume, group, request);
    group.await(request);
    return Outcome.APPENDED;
  }

  private Outcome appendReservations(LocalVolume volume, BlockRequest request) {
    int length = volume.encodeReservations(scratch);
    if (!volume.admits(SealedRecord.bytesMax(0) + Sectors.align(length, Sectors.BYTES))) {
      return Outcome.WAIT;
    }
    Group group = log.buildingWithRoom(Stream.USER, 0, Sectors.align(length, Sectors.BYTES));
    if (group == null) {
      return Outcome.WAIT;
    }
    payload(group, RecordType.RESERVATIONS, volume.layer(), volume.takeWriteIds(1), length);
    tell(volume, group, request);
    group.await(request);
    return Outcome.APPENDED;
  }

  /// Begins an epoch of a volume: from its record on, writes are sequenced here and in it.
  /// `request` completes when the record is durable.
  ///
  /// @return false if there is no room for it now
  boolean appendEpoch(LocalVolume volume, int epoch, BlockRequest request) {
    if (!volume.admits(SealedRecord.bytesMax(0))) {
      return false;
    }
    Group group = log.buildingWithRoom(Stream.USER, 0, 0);
    if (group == null) {
      return false;
    }
    volume.history().beginBehindPrefix();
    long previous = volume.history().sequenced();
    group.record(RecordType.EPOCH, volume.layer(), volume.lead(epoch), 0, previous);
    tell(volume, group, request);
    group.await(request);
    return true;
  }

  /// Says that nothing of the volume is in doubt any more.
  ///
  /// @return false if there is no room for it now
  boolean appendLevel(LocalVolume volume) {
    Group group = log.buildingWithRoom(Stream.USER, 0, 0);
    if (group == null) {
      return false;
    }
    group.record(RecordType.LEVEL, volume.layer(), volume.history().sequenced(), 0, 0);
    return true;
  }

  /// Appends a record whose payload lies at the start of [#scratch].
  private Outcome appendPayload(RecordType type, int layer, int length, BlockRequest request) {
    Group group = log.buildingWithRoom(Stream.USER, 0, Sectors.align(length, Sectors.BYTES));
    if (group == null) {
      return Outcome.WAIT;
    }
    payload(group, type, layer, 0, length);
    group.await(request);
    return Outcome.APPENDED;
  }

  private void payload(Group group, RecordType type, int layer, long writeId, int length) {
    int checksum = PayloadChecksum.of(crc, layer, 0, 0, scratch, 0, length);
    group.memory().putBytes(group.payloadStart(), scratch, 0, length);
    group.record(type, layer, writeId, 0, 0);
    group.payload(length, checksum);
  }

  /// Appends a catalogue record, whose payload lies at the start of `source`; `request` completes
  /// when it is durable and published.
  ///
  /// @return false if the log cannot take it now
  boolean appendCatalogue(
      RecordType type, int layer, UnsafeBuffer source, int length, BlockRequest request) {
    Check.that(length <= scratch.capacity(), "catalogue record fits", length);
    scratch.putBytes(0, source, 0, length);
    return appendPayload(type, layer, length, request) == Outcome.APPENDED;
  }

  /// Notes that a record of a host's write was published.
  void published(int points, int ranges, int units) {
    pendingPoints -= points;
    pendingRanges -= ranges;
    space.published(units);
    Check.that(pendingPoints >= 0 && pendingRanges >= 0, "only what was appended is published");
  }

  /// Whether the cleaner may add so many relocations without taking room that host writes were
  /// promised.
  boolean admitsRelocations(int points) {
    return index.hasRoom(pendingPoints + points, pendingRanges);
  }

  void relocationAppended(int units) {
    pendingPoints++;
    space.appended(units);
  }

  boolean abort(BlockRequest request) {
    boolean partly = request == waiting.peek() && headBlocksDone > 0;
    return !partly && waiting.remove(request);
  }

  /// Ends everything that waits, because the log has failed.
  void failWaiting() {
    headBlocksDone = 0;
    BlockRequest request = waiting.poll();
    while (request != null) {
      end(request, BlockStatus.OFFLINE);
      request = waiting.poll();
    }
  }

  boolean isWaitingForIndex() {
    return indexFull && !waiting.isEmpty();
  }

  boolean isIdle() {
    return waiting.isEmpty();
  }
}
