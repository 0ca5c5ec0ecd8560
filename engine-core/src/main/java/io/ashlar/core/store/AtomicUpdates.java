package io.ashlar.core.store;

import io.ashlar.core.base.Check;
import io.ashlar.core.volume.BlockRequest;
import io.ashlar.core.volume.RequestQueue;
import io.ashlar.core.volume.VolumeGeometry;
import java.nio.ByteBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/// Requests that read before they write, or compare: partial blocks, COMPARE, COMPARE_AND_WRITE,
/// OR_WRITE. The number that may be under way is fixed; the rest queue.
final class AtomicUpdates {
  /// The longest transfer, and the rest of the blocks it begins and ends in.
  static final int SCRATCH_BYTES =
      VolumeGeometry.TRANSFER_BYTES_MAX + 2 * VolumeGeometry.BLOCK_BYTES;

  private final RequestQueue waiting = new RequestQueue();
  private @Nullable AtomicUpdate free;
  private int inUse;

  AtomicUpdates(ReadPath reads, WritePath writes, int slots) {
    for (int i = 0; i < slots; i++) {
      UnsafeBuffer scratch = new UnsafeBuffer(ByteBuffer.allocateDirect(SCRATCH_BYTES));
      inUse++;
      give(new AtomicUpdate(this, reads, writes, scratch));
    }
  }

  /// Starts the update, or queues it. Its slot is the volume.
  void submit(LocalVolume volume, BlockRequest request) {
    AtomicUpdate update = free;
    if (update == null) {
      request.slot = volume;
      waiting.add(request);
      return;
    }
    free = update.nextFree;
    inUse++;
    update.start(volume, request);
  }

  boolean abort(BlockRequest request) {
    return waiting.remove(request);
  }

  int drain() {
    int started = 0;
    while (free != null && !waiting.isEmpty()) {
      BlockRequest request = Check.present(waiting.poll(), "not empty");
      submit((LocalVolume) Check.present(request.slot, "a queued update has a volume"), request);
      started++;
    }
    return started;
  }

  void give(AtomicUpdate update) {
    update.nextFree = free;
    free = update;
    inUse--;
  }

  boolean isIdle() {
    return inUse == 0 && waiting.isEmpty();
  }
}
