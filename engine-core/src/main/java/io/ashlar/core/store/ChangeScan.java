package io.ashlar.core.store;

import io.ashlar.core.base.Crc32c;
import io.ashlar.core.device.DeviceOperation;
import io.ashlar.core.device.DeviceRequest;
import io.ashlar.core.device.DeviceStatus;
import io.ashlar.core.format.EntryFlyweight;
import io.ashlar.core.format.RecordFlyweight;
import io.ashlar.core.format.RecordType;
import io.ashlar.core.format.Sectors;
import io.ashlar.core.index.ChangedRun;
import io.ashlar.core.index.EntryBatch;
import io.ashlar.core.index.LookupResult;
import io.ashlar.core.index.Waiter;
import io.ashlar.core.segment.SealedRecordWriter;
import io.ashlar.core.transform.Codec;
import io.ashlar.core.volume.VolumeGeometry;
import java.util.Arrays;
import org.agrona.BufferUtil;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/// Reads what of a volume is newer than a write id, sealed as it is, for a replica that catches up.
/// Records come in the order of their blocks, each with the version that the block had when it was
/// looked up.
///
/// The replica is sent new writes beside it, and what it is sent of one block must come in the
/// order of its versions: the index relies on that. So a block is left out while a write of it is
/// sequenced and not published ([Overwrites]), or once one was sequenced after it was looked up
/// ([#onSequenced]): the replica has that write.
public final class ChangeScan extends Waiter {
  /// Knows which writes are sequenced and not published yet.
  public interface Overwrites {
    /// The first block in `[from, end)` of which one is; `end` if there is none.
    long next(long from, long end);

    /// Up to where that goes on for sure from `block`, of which one is; `block` if none is.
    long endOf(long block);
  }

  private enum State {
    /// Looks for the next run; moved on by [#onIndexProgress].
    SEARCHING,
    /// Waits for the device.
    READING,
    /// Has something to hand out.
    HOLDING,
    /// There is nothing more.
    DONE,
    /// A block or a page could not be read, or the volume is gone.
    FAILED
  }

  /// Blocks that are read at once.
  private static final int BLOCKS = IoBuffers.LARGE_BLOCKS;

  /// Searches of one call, so as to stay within a step's time.
  private static final int STEPS = 8;

  private static final int BLOCK_BYTES = VolumeGeometry.BLOCK_BYTES;

  /// Room for one block, wherever it lies.
  private static final int SLOT_BYTES = 2 * BLOCK_BYTES;

  private final ReadPath path;
  private final LocalVolume volume;
  private final Crc32c crc;
  private final long since;
  private final Overwrites overwrites;
  private final ChangedRun run = new ChangedRun();
  private final EntryBatch batch = new EntryBatch();
  private final EntryFlyweight entry = new EntryFlyweight();
  private final SealedRecordWriter writer = new SealedRecordWriter();
  private final UnsafeBuffer memory =
      new UnsafeBuffer(
          BufferUtil.allocateDirectAligned(BLOCKS * SLOT_BYTES, SLOT_BYTES),
          0,
          BLOCKS * SLOT_BYTES);
  private final DeviceRequest[] reads = new DeviceRequest[BLOCKS];
  private final boolean[] isWanted = new boolean[BLOCKS];
  private final boolean[] isPinned = new boolean[BLOCKS];
  private final int[] offsets = new int[BLOCKS];

  private State state = State.SEARCHING;
  private boolean isStopped;
  private boolean isSearching;
  private long next;
  private int at;
  private int outstanding;
  private boolean readFailed;
  private long fetchedBytes;

  ChangeScan(ReadPath path, LocalVolume volume, Crc32c crc, long since, Overwrites overwrites) {
    this.path = path;
    this.volume = volume;
    this.crc = crc;
    this.since = since;
    this.overwrites = overwrites;
    for (int i = 0; i < BLOCKS; i++) {
      reads[i] = new DeviceRequest(ChangeScan::onDeviceRead);
      reads[i].operation = DeviceOperation.READ;
      reads[i].address = memory.addressOffset() + (long) i * SLOT_BYTES;
      reads[i].attachment = this;
    }
  }

  public boolean isDone() {
    return state == State.DONE;
  }

  /// Whether it ended early: what could not be read is told by the store's health, and it is to be
  /// begun again later.
  public boolean hasFailed() {
    return state == State.FAILED;
  }

  /// Payload handed out so far.
  public long fetchedBytes() {
    return fetchedBytes;
  }

  /// Up to which block it has come.
  public long nextBlock() {
    return next;
  }

  /// Ends it: what the device still reads for it comes to nothing.
  public void stop() {
    isStopped = true;
  }

  /// A write was sequenced: its blocks are left out from now on, as far as they are not handed out.
  public void onSequenced(long from, long end) {
    boolean isHeld = state == State.READING || state == State.HOLDING;
    if (!isHeld || end <= run.start() + at || from >= next) {
      return;
    }
    if (run.kind() == ChangedRun.Kind.UNMAPPED) {
      // What is left of the range is looked up again.
      next = at == 0 ? Math.max(run.start(), from) : next;
      return;
    }
    long last = Math.min(end, next);
    for (long block = Math.max(from, run.start()); block < last; block++) {
      isWanted[(int) (block - run.start())] = false;
    }
  }

  /// Moves on, as far as it can at once.
  ///
  /// @return the length of the record that comes next; 0 if none can be had now
  public int nextBytes() {
    if (state == State.HOLDING && !hasMore()) {
      state = State.SEARCHING;
    }
    if (state == State.SEARCHING && !isWaiting()) {
      search();
    }
    if (state != State.HOLDING || !hasMore()) {
      return 0;
    }
    if (run.kind() == ChangedRun.Kind.UNMAPPED) {
      return RecordFlyweight.BYTES;
    }
    int blocks = recordBlocks();
    int bytes = RecordFlyweight.descriptorOffset(blocks);
    for (int i = at; i < at + blocks; i++) {
      bytes += Sectors.align(stored(i), Sectors.BYTES);
    }
    return bytes;
  }

  private boolean hasMore() {
    if (run.kind() == ChangedRun.Kind.UNMAPPED) {
      return at == 0 && next > run.start();
    }
    while (run.start() + at < next && !isWanted[at]) {
      at++;
    }
    return run.start() + at < next;
  }

  /// How many blocks from [#at] on go into one record: their write ids are in a row.
  private int recordBlocks() {
    long first = batch.entry(at, entry).writeId();
    int count = 1;
    while (run.start() + at + count < next
        && isWanted[at + count]
        && batch.entry(at + count, entry).writeId() == first + count) {
      count++;
    }
    return count;
  }

  private int stored(int i) {
    batch.entry(i, entry);
    return entry.isStored() ? entry.length() : 0;
  }

  /// Hands out the record of which [#nextBytes] told the length.
  public void take(MutableDirectBuffer target, int offset) {
    if (run.kind() == ChangedRun.Kind.UNMAPPED) {
      writer
          .begin(target, offset, RecordType.FETCHED_UNMAP, volume.layer(), 0)
          .place(run.writeId(), run.start(), next - run.start());
      at = 1;
      return;
    }
    int blocks = recordBlocks();
    long writeId = batch.entry(at, entry).writeId();
    writer
        .begin(target, offset, RecordType.FETCHED, volume.layer(), blocks)
        .place(writeId, run.start() + at, 0);
    for (int i = at; i < at + blocks; i++) {
      takeBlock(i);
    }
    fetchedBytes += writer.bytes();
    at += blocks;
  }

  private void takeBlock(int i) {
    batch.entry(i, entry);
    if (entry.isStored()) {
      int from = i * SLOT_BYTES + offsets[i];
      writer.block(
          entry.checksum(), entry.codec(), entry.keyGeneration(), memory, from, entry.length());
      return;
    }
    long layer = Integer.toUnsignedLong(volume.layer());
    int checksum = crc.ofSeeded(layer, run.start() + i, entry.writeId(), memory, 0, 0);
    writer.block(checksum, Codec.ZERO, 0, memory, 0, 0);
  }

  @Override
  public void onIndexProgress() {
    search();
  }

  private void search() {
    if (isStopped || isSearching || state != State.SEARCHING) {
      return;
    }
    isSearching = true;
    int steps = 0;
    while (steps < STEPS && state == State.SEARCHING && step()) {
      steps++;
    }
    isSearching = false;
  }

  /// @return false if it has to wait for the index
  private boolean step() {
    int layer = volume.layer();
    long end = path.index.blocks(layer);
    if (volume.isGone() || !path.index.hasLayer(layer)) {
      state = State.FAILED;
      return true;
    }
    if (next >= end) {
      state = State.DONE;
      return true;
    }
    switch (path.index.changedRun(layer, next, end, since, run, this)) {
      case PENDING -> {
        return false;
      }
      case DAMAGED -> {
        path.health.indexDamaged(run.damage());
        state = State.FAILED;
      }
      case FOUND -> {
        return found(layer);
      }
    }
    return true;
  }

  private boolean found(int layer) {
    at = 0;
    next = run.end();
    if (run.kind() == ChangedRun.Kind.UNMAPPED) {
      holdRange();
    } else if (run.kind() == ChangedRun.Kind.BLOCKS) {
      next = Math.min(next, run.start() + BLOCKS);
      int count = (int) (next - run.start());
      LookupResult result = path.index.lookup(layer, run.start(), count, batch, this);
      if (result == LookupResult.PENDING) {
        next = run.start();
        return false;
      }
      if (result == LookupResult.DAMAGED) {
        path.health.indexDamaged(batch.damage());
        state = State.FAILED;
        return true;
      }
      read(count);
    }
    return true;
  }

  /// Holds as much of an unmapped range as nobody writes to, or passes over what somebody does.
  private void holdRange() {
    long start = run.start();
    long written = overwrites.endOf(start);
    if (written > start) {
      next = Math.min(next, written);
    } else {
      next = overwrites.next(start, next);
      state = State.HOLDING;
    }
  }

  private void read(int count) {
    readFailed = false;
    outstanding = 1;
    state = State.READING;
    Arrays.fill(isWanted, false);
    for (int i = 0; i < count; i++) {
      batch.entry(i, entry);
      long block = run.start() + i;
      isWanted[i] = overwrites.endOf(block) == block;
      isPinned[i] = isWanted[i] && entry.isStored();
      readFailed |= isWanted[i] && entry.isPoisoned();
      if (isPinned[i]) {
        path.pin(entry);
        submit(i);
      }
    }
    onRead();
  }

  private void submit(int i) {
    DeviceRequest read = reads[i];
    long from = Sectors.toBytes(entry.address());
    read.offset = from & -path.alignmentBytes;
    read.length = Sectors.align(from + entry.length(), path.alignmentBytes) - read.offset;
    offsets[i] = (int) (from - read.offset);
    outstanding++;
    path.device.submit(read);
  }

  private static void onDeviceRead(DeviceRequest read) {
    if (read.attachment instanceof ChangeScan scan) {
      scan.onRead(read);
    }
  }

  private void onRead(DeviceRequest read) {
    if (read.status != DeviceStatus.OK) {
      path.health.readFailed(read);
      readFailed = true;
    }
    onRead();
  }

  private void onRead() {
    outstanding--;
    if (outstanding > 0) {
      return;
    }
    int count = batch.count();
    for (int i = 0; i < count; i++) {
      batch.entry(i, entry);
      if (isPinned[i]) {
        path.unpin(entry);
        boolean isSound =
            readFailed
                || volume.isGone()
                || path.verify(run.start() + i, entry, memory, i * SLOT_BYTES + offsets[i]);
        readFailed |= !isSound;
      }
    }
    state = readFailed || volume.isGone() ? State.FAILED : State.HOLDING;
  }

  /// Why nothing more comes, if that is so.
  public @Nullable String failure() {
    return hasFailed()
        ? "volume %s cannot be copied beyond block %d: what the index or the disk has there cannot be read"
            .formatted(volume.id(), run.start())
        : null;
  }
}
