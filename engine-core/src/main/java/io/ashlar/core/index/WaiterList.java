package io.ashlar.core.index;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Waiters in the order in which they came.
final class WaiterList {
  private @Nullable Waiter first;
  private @Nullable Waiter last;
  private int size;

  /// Appends, unless it waits somewhere already: then it is woken from there and asks again.
  void add(Waiter waiter) {
    if (waiter.waiting) {
      return;
    }
    waiter.waiting = true;
    waiter.next = null;
    if (last == null) {
      first = waiter;
    } else {
      last.next = waiter;
    }
    last = waiter;
    size++;
  }

  /// Wakes at most `most` of those that wait now; who waits again is not woken twice.
  ///
  /// @return how many
  int wake(int most) {
    int woken = Math.min(most, size);
    for (int left = woken; left > 0; left--) {
      Waiter waiter = removeFirst();
      waiter.onIndexProgress();
    }
    return woken;
  }

  private Waiter removeFirst() {
    Waiter waiter = Objects.requireNonNull(first);
    first = waiter.next;
    if (first == null) {
      last = null;
    }
    waiter.next = null;
    waiter.waiting = false;
    size--;
    return waiter;
  }
}
