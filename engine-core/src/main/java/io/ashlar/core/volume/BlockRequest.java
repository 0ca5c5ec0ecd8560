package io.ashlar.core.volume;

import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/// One request to a volume. Its owner (a connection's command slot) allocates it once, fills the
/// public fields, submits it, and may touch it again only when its completion ran. Requests queue
/// by their own links, so a volume accepts any number without allocating: the owner's queue depth
/// is the bound.
public final class BlockRequest {
  public BlockOperation operation = BlockOperation.READ;

  /// First byte of the range, from the volume's start.
  public long offsetBytes;

  /// Length of the range; at most [VolumeGeometry#TRANSFER_BYTES_MAX] where data moves.
  public long lengthBytes;

  /// The payload, or room for it: memory outside the heap, valid until completion.
  public final UnsafeBuffer data = new UnsafeBuffer(0, 0);

  /// Where [BlockOperation#COPY] reads from.
  public @Nullable BlockVolume source;

  /// First byte that [BlockOperation#COPY] reads.
  public long sourceOffsetBytes;

  public final BlockCompletion completion;

  /// The owner's own; volumes do not touch it.
  public @Nullable Object attachment;

  public BlockStatus status = BlockStatus.OK;

  /// See [BlockStatus#MISCOMPARE], [BlockStatus#MEDIUM_ERROR] and [BlockOperation#MAPPING].
  public long resultBytes;

  /// See [BlockOperation#MAPPING].
  public boolean resultMapped;

  /// The volume's own while the request is with it: the next in some queue.
  public @Nullable BlockRequest next;

  /// The volume's own while the request is with it: its state there.
  public @Nullable Object slot;

  public BlockRequest(BlockCompletion completion) {
    this.completion = completion;
  }

  /// Ends the request. For volumes only.
  public void complete(BlockStatus result) {
    status = result;
    completion.onComplete(this);
  }
}
