package io.ashlar.replication.pipeline;

import io.ashlar.core.volume.BlockOperation;
import io.ashlar.core.volume.BlockRequest;
import io.ashlar.core.volume.BlockStatus;
import io.ashlar.core.volume.VolumeGeometry;
import org.agrona.BufferUtil;
import org.agrona.concurrent.UnsafeBuffer;

/// Writes blocks anew as they are, one piece after another, so that all members get them with a new
/// id. A block is read and written under the same claim as any atomic update, so that no host's
/// write is undone. Where the member has a range unmapped, only what holds data is written.
final class Rewriting {
  private static final int BLOCK_BYTES = VolumeGeometry.BLOCK_BYTES;
  private static final int PIECE_BLOCKS = 16;

  private final PrimaryVolume primary;
  private final DivergedBlocks blocks;
  private final BlockRequest request = new BlockRequest(this::onDone);
  private final UnsafeBuffer zeroes =
      new UnsafeBuffer(BufferUtil.allocateDirectAligned(PIECE_BLOCKS * BLOCK_BYTES, 4096));
  private final Sending sending = new Sending();
  private int index;

  /// Where in the range of [#index] it is; before its beginning if that was not looked at yet.
  private long at = -1;

  /// Up to where the range is known to hold data.
  private long mappedEnd;

  private boolean isUnderWay;
  private boolean hasFailed;

  Rewriting(PrimaryVolume primary, DivergedBlocks blocks) {
    this.primary = primary;
    this.blocks = blocks;
  }

  boolean isDone() {
    return !isUnderWay && index == blocks.size();
  }

  boolean hasFailed() {
    return hasFailed;
  }

  /// @return how much was begun
  int doWork() {
    if (isUnderWay || hasFailed || index == blocks.size()) {
      return 0;
    }
    at = Math.max(at, blocks.from(index));
    long end = blocks.end(index);
    boolean isKnown = !blocks.isUnmapped(index) || at < mappedEnd;
    long until = blocks.isUnmapped(index) ? Math.min(end, mappedEnd) : end;
    long count = isKnown ? Math.min(PIECE_BLOCKS, until - at) : end - at;
    request.operation = isKnown ? BlockOperation.OR_WRITE : BlockOperation.MAPPING;
    request.offsetBytes = at * BLOCK_BYTES;
    request.lengthBytes = count * BLOCK_BYTES;
    request.data.wrap(zeroes);
    if (!primary.tryReserve(sending.of(request, request.lengthBytes))) {
      return 0;
    }
    isUnderWay = true;
    primary.submitOwn(request);
    return 1;
  }

  private void onDone(BlockRequest ended) {
    isUnderWay = false;
    primary.release(sending);
    if (ended.status != BlockStatus.OK) {
      hasFailed = true;
      return;
    }
    if (ended.operation == BlockOperation.OR_WRITE) {
      at += ended.lengthBytes / BLOCK_BYTES;
    } else {
      long until = at + (ended.resultBytes + BLOCK_BYTES - 1) / BLOCK_BYTES;
      at = ended.resultMapped ? at : until;
      mappedEnd = until;
    }
    if (at >= blocks.end(index)) {
      index++;
    }
  }
}
