package io.ashlar.core.store;

import io.ashlar.core.base.Check;
import io.ashlar.core.volume.BlockRequest;
import io.ashlar.core.volume.RequestQueue;
import java.nio.ByteBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/// Requests that are several others: copies, and unmaps that begin or end within a block. The
/// number under way is fixed; the rest queue.
final class CompositeOperations {
  private final RequestQueue waiting = new RequestQueue();
  private @Nullable CompositeOperation free;
  private int inUse;

  CompositeOperations(int slots) {
    for (int i = 0; i < slots; i++) {
      ByteBuffer scratch = ByteBuffer.allocateDirect(CompositeOperation.CHUNK_BYTES);
      inUse++;
      give(new CompositeOperation(this, new UnsafeBuffer(scratch)));
    }
  }

  void submit(LocalVolume volume, BlockRequest request) {
    CompositeOperation operation = free;
    if (operation == null) {
      request.slot = volume;
      waiting.add(request);
      return;
    }
    free = operation.nextFree;
    inUse++;
    operation.start(volume, request);
  }

  boolean abort(BlockRequest request) {
    return waiting.remove(request);
  }

  int drain() {
    int started = 0;
    while (free != null && !waiting.isEmpty()) {
      BlockRequest request = Check.present(waiting.poll(), "not empty");
      submit((LocalVolume) Check.present(request.slot, "a queued request has a volume"), request);
      started++;
    }
    return started;
  }

  void give(CompositeOperation operation) {
    operation.nextFree = free;
    free = operation;
    inUse--;
  }

  boolean isIdle() {
    return inUse == 0 && waiting.isEmpty();
  }
}
