package io.ashlar.core.store;

import io.ashlar.core.base.Check;
import io.ashlar.core.volume.BlockRequest;
import io.ashlar.core.volume.RequestQueue;
import org.jspecify.annotations.Nullable;

/// Requests that take a slot while they run: memory and state of their own. All slots are made at
/// start; where each is in use, requests queue.
abstract class RequestSlots {
  /// Room for one request.
  abstract static class Slot {
    private @Nullable Slot nextFree;

    /// Starts a request; at its end the slot is given back by [RequestSlots#give].
    abstract void start(LocalVolume volume, BlockRequest request);
  }

  private final RequestQueue waiting = new RequestQueue();
  private @Nullable Slot free;
  private int inUse;

  /// Takes a slot that was just made.
  final void add(Slot slot) {
    inUse++;
    give(slot);
  }

  /// Starts the request, or queues it. Its slot is the volume meanwhile.
  final void submit(LocalVolume volume, BlockRequest request) {
    Slot slot = free;
    if (slot == null) {
      request.slot = volume;
      waiting.add(request);
      return;
    }
    free = slot.nextFree;
    inUse++;
    slot.start(volume, request);
  }

  final boolean abort(BlockRequest request) {
    return waiting.remove(request);
  }

  final int drain() {
    int started = 0;
    while (free != null && !waiting.isEmpty()) {
      BlockRequest request = Check.present(waiting.poll(), "not empty");
      submit((LocalVolume) Check.present(request.slot, "a queued request has a volume"), request);
      started++;
    }
    return started;
  }

  /// Takes a slot back whose request has ended.
  final void give(Slot slot) {
    slot.nextFree = free;
    free = slot;
    inUse--;
  }

  final boolean isIdle() {
    return inUse == 0 && waiting.isEmpty();
  }
}
