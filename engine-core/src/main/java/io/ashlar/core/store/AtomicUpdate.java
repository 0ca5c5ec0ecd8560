package io.ashlar.core.store;

import io.ashlar.core.base.Check;
import io.ashlar.core.base.CheckFailedException;
import io.ashlar.core.volume.BlockOperation;
import io.ashlar.core.volume.BlockRequest;
import io.ashlar.core.volume.BlockStatus;
import io.ashlar.core.volume.VolumeGeometry;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/// One read-change-write under way. It locks its blocks, waits for the writes that were let in
/// before, reads the blocks whole, changes them in its scratch memory, writes them as one record,
/// and unlocks. COMPARE only reads: it needs no lock.
final class AtomicUpdate extends RequestSlots.Slot {
  /// Where an update is.
  private enum State {
    /// Not in use.
    IDLE,
    /// Its blocks are locked by another update; moved on by [#retry].
    LOCKED_OUT,
    /// Older writes are still under way; moved on by [#onTurn].
    WAIT_TURN,
    /// Its blocks are being read.
    READING,
    /// Its blocks are being written.
    WRITING
  }

  private static final int BLOCK_BYTES = VolumeGeometry.BLOCK_BYTES;

  private final AtomicUpdates pool;
  private final ReadPath reads;
  private final WritePath writes;
  private final UnsafeBuffer scratch;
  private final BlockRequest inner = new BlockRequest(this::onInner);
  @Nullable AtomicUpdate nextInVolume;
  private State state = State.IDLE;
  private @Nullable LocalVolume volume;
  private @Nullable BlockRequest request;
  private @Nullable WriteTurn turn;
  private long firstByte;
  private long endByte;

  AtomicUpdate(AtomicUpdates pool, ReadPath reads, WritePath writes, UnsafeBuffer scratch) {
    this.pool = pool;
    this.reads = reads;
    this.writes = writes;
    this.scratch = scratch;
  }

  @Override
  void start(LocalVolume volume, BlockRequest request) {
    Check.that(state == State.IDLE, "an update does one thing at a time");
    this.volume = volume;
    this.request = request;
    firstByte = request.offsetBytes & -BLOCK_BYTES;
    endByte = (request.offsetBytes + request.lengthBytes + BLOCK_BYTES - 1) & -BLOCK_BYTES;
    if (request.operation == BlockOperation.COMPARE) {
      read();
      return;
    }
    state = State.LOCKED_OUT;
    volume.enter(this);
    retry();
  }

  /// Tries to lock the blocks.
  void retry() {
    if (state != State.LOCKED_OUT) {
      return;
    }
    LocalVolume v = Check.present(volume, "an update has a volume");
    if (v.isLockedBefore(this)) {
      return;
    }
    state = State.WAIT_TURN;
    turn = v.newTurn();
    onTurn();
  }

  /// Goes on if all writes that were let in before have ended.
  void onTurn() {
    if (state != State.WAIT_TURN) {
      return;
    }
    LocalVolume v = Check.present(volume, "an update has a volume");
    if (v.isReached(Check.present(turn, "an update has its turn"))) {
      read();
    }
  }

  /// Whether this holds or claims a lock on any byte of the range.
  boolean overlaps(long fromByte, long toByte) {
    return fromByte < endByte && firstByte < toByte;
  }

  boolean overlaps(AtomicUpdate other) {
    return overlaps(other.firstByte, other.endByte);
  }

  private void read() {
    state = State.READING;
    inner.operation = BlockOperation.READ;
    inner.offsetBytes = firstByte;
    inner.lengthBytes = endByte - firstByte;
    inner.data.wrap(scratch, 0, (int) inner.lengthBytes);
    reads.submit(Check.present(volume, "an update has a volume").layer(), inner);
  }

  private void onInner(BlockRequest done) {
    if (done.status != BlockStatus.OK) {
      BlockRequest r = Check.present(request, "an update has a request");
      r.resultBytes = Math.max(done.resultBytes, r.offsetBytes);
      finish(done.status);
    } else if (state == State.READING) {
      change();
    } else {
      finish(BlockStatus.OK);
    }
  }

  private void change() {
    BlockRequest r = Check.present(request, "an update has a request");
    int at = (int) (r.offsetBytes - firstByte);
    int length = (int) r.lengthBytes;
    switch (r.operation) {
      case WRITE -> {
        scratch.putBytes(at, r.data, 0, length);
        write();
      }
      case OR_WRITE -> {
        for (int i = 0; i < length; i += Long.BYTES) {
          scratch.putLong(at + i, scratch.getLong(at + i) | r.data.getLong(i));
        }
        write();
      }
      case COMPARE -> finish(compare(r, at, length));
      case COMPARE_AND_WRITE -> {
        BlockStatus compared = compare(r, at, length);
        if (compared == BlockStatus.OK) {
          scratch.putBytes(at, r.data, length, length);
          write();
        } else {
          finish(compared);
        }
      }
      default -> throw new CheckFailedException("not an update: " + r.operation);
    }
  }

  private BlockStatus compare(BlockRequest r, int at, int length) {
    for (int i = 0; i < length; i += Long.BYTES) {
      long different = scratch.getLong(at + i) ^ r.data.getLong(i);
      if (different != 0) {
        r.resultBytes = i + (long) (Long.numberOfTrailingZeros(different) / Byte.SIZE);
        return BlockStatus.MISCOMPARE;
      }
    }
    return BlockStatus.OK;
  }

  private void write() {
    state = State.WRITING;
    inner.operation = BlockOperation.WRITE;
    WriteTurn own = Check.present(turn, "an update has its turn");
    inner.slot = own;
    own.entered();
    writes.submit(inner);
  }

  private void finish(BlockStatus status) {
    BlockRequest done = Check.present(request, "an update has a request");
    LocalVolume v = Check.present(volume, "an update has a volume");
    boolean locked = done.operation != BlockOperation.COMPARE;
    state = State.IDLE;
    request = null;
    volume = null;
    turn = null;
    pool.give(this);
    if (locked) {
      v.leave(this);
    }
    done.complete(status);
  }
}
