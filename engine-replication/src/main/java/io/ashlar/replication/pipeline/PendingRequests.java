package io.ashlar.replication.pipeline;

import org.jspecify.annotations.Nullable;

/// Requests that a shard's primaries have under way. Enough are made at start for hosts that are
/// answered in time. A volume that waits for a replica holds on to its own, as many as its hosts
/// have queue depth, and must not keep other volumes from theirs: then more are made, and kept.
final class PendingRequests {
  private @Nullable PendingRequest free;

  PendingRequests(int count) {
    for (int i = 0; i < count; i++) {
      give(new PendingRequest());
    }
  }

  PendingRequest take() {
    PendingRequest taken = free;
    if (taken == null) {
      return new PendingRequest();
    }
    free = taken.next;
    taken.next = null;
    return taken;
  }

  void give(PendingRequest ended) {
    ended.next = free;
    free = ended;
  }
}
