package io.ashlar.replication.pipeline;

import org.jspecify.annotations.Nullable;

/// Requests in the order of their coming, linked through themselves.
final class PendingList {
  private @Nullable PendingRequest first;
  private @Nullable PendingRequest last;

  void add(PendingRequest pending) {
    pending.next = null;
    if (last == null) {
      first = pending;
    } else {
      last.next = pending;
    }
    last = pending;
  }

  /// Hands over everything, linked by `next`, and is empty afterwards.
  @Nullable PendingRequest takeAll() {
    PendingRequest all = first;
    first = null;
    last = null;
    return all;
  }

  @Nullable PendingRequest peek() {
    return first;
  }

  @Nullable PendingRequest poll() {
    PendingRequest head = first;
    if (head != null) {
      first = head.next;
      last = first == null ? null : last;
      head.next = null;
    }
    return head;
  }
}
