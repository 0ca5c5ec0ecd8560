package io.ashlar.core.reservation;

/// Hears what registrants must be told; one per session or target.
@FunctionalInterface
public interface ReservationListener {
  /// Runs on the volume's shard, in the middle of the command that caused it: note it, change
  /// nothing in the table.
  void onNotice(HostIdentity host, ReservationNotice notice);

  /// The host was preempted, and what it has under way is to be withdrawn as far as it can be. What
  /// goes on all the same is to be announced to the table's gate, which waits for it:
  /// [ReservationGate#await].
  default void onAbort(HostIdentity host) {}
}
