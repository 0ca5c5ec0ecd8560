package io.ashlar.replication.pipeline;

import io.ashlar.core.base.Check;
import io.ashlar.core.volume.BlockRequest;
import org.jspecify.annotations.Nullable;

/// A host's request on its way through the primary: the store works on a request of its own, and
/// the host's ends when the replicas have caught up with what it wrote or saw.
final class PendingRequest {
  /// The request that the store works on.
  final BlockRequest inner = new BlockRequest(this::onStored);

  /// The next in some list.
  @Nullable PendingRequest next;

  /// The host's.
  @Nullable BlockRequest host;

  /// Whose it is.
  @Nullable PrimaryVolume volume;

  /// The id that must be on every replica before the host is told; of a copy from another volume,
  /// first one of that volume's.
  long awaitedId;

  /// How much of it the store has done.
  long doneBytes;

  /// What room was put aside for it.
  final Sending sending = new Sending();

  PendingRequest() {
    inner.attachment = this;
  }

  /// Makes the store's request what the host's is.
  void begin(BlockRequest request, PrimaryVolume primary) {
    host = request;
    volume = primary;
    awaitedId = 0;
    doneBytes = 0;
    request.slot = this;
    inner.operation = request.operation;
    inner.data.wrap(request.data);
    inner.source = request.source;
  }

  /// Makes the store's request so much of the host's as comes next.
  void part(long lengthBytes) {
    inner.offsetBytes = host().offsetBytes + doneBytes;
    inner.sourceOffsetBytes = host().sourceOffsetBytes + doneBytes;
    inner.lengthBytes = lengthBytes;
  }

  private void onStored(BlockRequest ended) {
    Check.present(volume, "a request has a volume").onStored(this);
  }

  BlockRequest host() {
    return Check.present(host, "a host waits for it");
  }

  /// Is nobody's any more.
  void clear() {
    host = null;
    volume = null;
    inner.source = null;
    inner.slot = null;
  }
}
