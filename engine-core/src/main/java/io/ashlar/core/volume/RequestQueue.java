package io.ashlar.core.volume;

import org.jspecify.annotations.Nullable;

/// Requests in the order of their coming, linked through themselves: a queue without a limit of its
/// own that allocates nothing.
public final class RequestQueue {
  private @Nullable BlockRequest first;
  private @Nullable BlockRequest last;

  public boolean isEmpty() {
    return first == null;
  }

  public @Nullable BlockRequest peek() {
    return first;
  }

  public void add(BlockRequest request) {
    request.next = null;
    if (last == null) {
      first = request;
    } else {
      last.next = request;
    }
    last = request;
  }

  /// Puts a request that was polled back to where it was.
  public void putBack(BlockRequest request) {
    request.next = first;
    first = request;
    if (last == null) {
      last = request;
    }
  }

  public @Nullable BlockRequest poll() {
    BlockRequest request = first;
    if (request != null) {
      first = request.next;
      request.next = null;
      if (first == null) {
        last = null;
      }
    }
    return request;
  }

  /// Takes `request` out, wherever it is.
  ///
  /// @return false if it was not in this queue
  public boolean remove(BlockRequest request) {
    BlockRequest before = null;
    BlockRequest at = first;
    while (at != null && at != request) {
      before = at;
      at = at.next;
    }
    if (at == null) {
      return false;
    }
    if (before == null) {
      first = request.next;
    } else {
      before.next = request.next;
    }
    if (last == request) {
      last = before;
    }
    request.next = null;
    return true;
  }

  /// Hands over everything, linked by `next`, and is empty afterwards.
  public @Nullable BlockRequest takeAll() {
    BlockRequest all = first;
    first = null;
    last = null;
    return all;
  }
}
