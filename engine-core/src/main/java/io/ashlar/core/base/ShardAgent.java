package io.ashlar.core.base;

/// A piece of work that one event loop drives. Everything an agent owns is touched by that loop's
/// thread alone.
public interface ShardAgent {
  /// Does what can be done now without waiting; no call takes longer than about 100 µs.
  ///
  /// @param nowNs the [Clock#nanoTime] of this turn
  /// @return how many things were done; 0 lets the loop sleep until [#deadlineNs] or an event
  int doWork(long nowNs);

  /// The [Clock#nanoTime] at which the agent wants its next turn even if nothing happens;
  /// `Long.MAX_VALUE` for never.
  long deadlineNs();
}
