package io.ashlar.core.base;

/// An invariant of the engine does not hold: a bug, never a user's mistake. The shard that threw it
/// must stop.
public final class CheckFailedException extends IllegalStateException {
  public CheckFailedException(String message) {
    super(message);
  }
}
