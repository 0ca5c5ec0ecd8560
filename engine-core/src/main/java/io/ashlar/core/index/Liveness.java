package io.ashlar.core.index;

/// Whether stored bytes are still referenced.
public enum Liveness {
  /// They are what the index names now.
  LIVE,
  /// Nothing will ever ask for them again, once the next checkpoint is durable.
  DEAD,
  /// Not known yet; the waiter is woken when asking again can get further.
  PENDING,
  /// Cannot be known: a page on the way is damaged. Whoever asks must treat them as live.
  DAMAGED
}
