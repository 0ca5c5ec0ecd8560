package io.ashlar.core.base;

/// The port through which the engine sees time. Production binds it to the system's clocks, the
/// simulation to its event heap; nothing in the engine asks the JDK for the time.
public interface Clock {
  /// Monotonic time in nanoseconds; only differences mean anything.
  long nanoTime();

  /// Wall-clock time in milliseconds since 1970-01-01T00:00Z, for people and records, never for
  /// ordering.
  long epochMillis();
}
