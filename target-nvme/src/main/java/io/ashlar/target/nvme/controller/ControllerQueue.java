package io.ashlar.target.nvme.controller;

import io.ashlar.core.reservation.ReservationGate;

/// What a controller knows of the queues that are connected to it.
public interface ControllerQueue {
  /// 0 is the admin queue.
  int queueId();

  /// Ends a command that is not carried out yet.
  ///
  /// @return whether it was ended by this call; false if unknown, or too far on its way
  boolean abort(int commandId);

  /// Ends all commands that are not carried out yet: another host preempted this one.
  ///
  /// @param gate waits for those that go on
  void preempt(ReservationGate gate);

  /// Hangs up.
  ///
  /// @param reason why, as a sentence for the log
  void disconnect(String reason);
}
