package io.ashlar.core.index;

import org.jspecify.annotations.Nullable;

/// Somebody whose question was answered [LookupResult#PENDING]. Allocated once by its owner and
/// reused; it waits in one list at a time.
public abstract class Waiter {
  @Nullable Waiter next;
  boolean waiting;

  /// Whether the index will still call [#onIndexProgress].
  public final boolean isWaiting() {
    return waiting;
  }

  /// A page arrived, or failed, or there is room to load one: ask again. Best from within this
  /// call, while the page is certainly in memory. Never called from within the question itself.
  public abstract void onIndexProgress();
}
