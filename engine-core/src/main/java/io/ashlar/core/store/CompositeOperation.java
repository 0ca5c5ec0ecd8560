package io.ashlar.core.store;

import io.ashlar.core.base.Check;
import io.ashlar.core.volume.BlockOperation;
import io.ashlar.core.volume.BlockRequest;
import io.ashlar.core.volume.BlockStatus;
import io.ashlar.core.volume.BlockVolume;
import io.ashlar.core.volume.VolumeGeometry;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/// One composite request under way, done through the volumes' own front doors. A copy goes chunk by
/// chunk, read then write; a range that begins or ends within a block is zeroed there by writing
/// and unmapped in between.
final class CompositeOperation extends RequestSlots.Slot {
  /// What one step moves.
  static final int CHUNK_BYTES = LogStore.PIECE_BLOCKS * VolumeGeometry.BLOCK_BYTES;

  private static final int BLOCK_BYTES = VolumeGeometry.BLOCK_BYTES;

  private final CompositeOperations pool;
  private final UnsafeBuffer scratch;
  private final BlockRequest read = new BlockRequest(this::onRead);
  private final BlockRequest write = new BlockRequest(this::onWritten);
  private @Nullable LocalVolume volume;
  private @Nullable BlockRequest request;
  private long done;

  CompositeOperation(CompositeOperations pool, UnsafeBuffer scratch) {
    this.pool = pool;
    this.scratch = scratch;
  }

  @Override
  void start(LocalVolume volume, BlockRequest request) {
    this.volume = volume;
    this.request = request;
    done = 0;
    next();
  }

  private void next() {
    BlockRequest r = Check.present(request, "an operation has a request");
    if (done == r.lengthBytes) {
      finish(BlockStatus.OK);
    } else if (r.operation == BlockOperation.COPY) {
      readChunk(r);
    } else {
      zeroPart(r);
    }
  }

  private void readChunk(BlockRequest r) {
    BlockVolume source = Check.present(r.source, "a copy has a source");
    read.operation = BlockOperation.READ;
    read.offsetBytes = r.sourceOffsetBytes + done;
    read.lengthBytes = Math.min(CHUNK_BYTES, r.lengthBytes - done);
    read.data.wrap(scratch, 0, (int) read.lengthBytes);
    source.submit(read);
  }

  private void onRead(BlockRequest chunk) {
    if (chunk.status != BlockStatus.OK) {
      finish(chunk.status);
      return;
    }
    write.operation = BlockOperation.WRITE;
    write.lengthBytes = chunk.lengthBytes;
    submitWrite();
  }

  private void submitWrite() {
    BlockRequest r = Check.present(request, "an operation has a request");
    write.offsetBytes = r.offsetBytes + done;
    if (write.operation == BlockOperation.WRITE) {
      write.data.wrap(scratch, 0, (int) write.lengthBytes);
    }
    Check.present(volume, "an operation has a volume").submit(write);
  }

  /// Zeroes up to the next block's start by writing, whole blocks by unmapping.
  private void zeroPart(BlockRequest r) {
    long from = r.offsetBytes + done;
    long left = r.lengthBytes - done;
    int inBlock = (int) (from & (BLOCK_BYTES - 1));
    if (inBlock == 0 && left >= BLOCK_BYTES) {
      write.operation = BlockOperation.UNMAP;
      write.lengthBytes = left & -BLOCK_BYTES;
    } else {
      write.operation = BlockOperation.WRITE;
      write.lengthBytes = Math.min(left, BLOCK_BYTES - inBlock);
      scratch.setMemory(0, (int) write.lengthBytes, (byte) 0);
    }
    submitWrite();
  }

  private void onWritten(BlockRequest part) {
    if (part.status != BlockStatus.OK) {
      finish(part.status);
      return;
    }
    done += part.lengthBytes;
    next();
  }

  private void finish(BlockStatus status) {
    BlockRequest ended = Check.present(request, "an operation has a request");
    request = null;
    volume = null;
    pool.give(this);
    ended.slot = null;
    ended.complete(status);
  }
}
