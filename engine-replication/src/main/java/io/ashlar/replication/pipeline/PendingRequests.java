package io.ashlar.replication.pipeline;

import io.ashlar.core.base.Check;
import org.jspecify.annotations.Nullable;

/// All requests that a shard's primaries may have under way, made at start.
final class PendingRequests {
  private @Nullable PendingRequest free;
  private int left;

  PendingRequests(int count) {
    for (int i = 0; i < count; i++) {
      give(new PendingRequest());
    }
  }

  boolean isEmpty() {
    return left == 0;
  }

  PendingRequest take() {
    PendingRequest taken = Check.present(free, "a request is free");
    free = taken.next;
    taken.next = null;
    left--;
    return taken;
  }

  void give(PendingRequest ended) {
    ended.next = free;
    free = ended;
    left++;
  }
}
