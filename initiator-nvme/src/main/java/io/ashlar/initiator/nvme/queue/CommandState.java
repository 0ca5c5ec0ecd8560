package io.ashlar.initiator.nvme.queue;

/// Where a command slot is.
public enum CommandState {
  /// In the queue pair's pool.
  FREE,
  /// With its owner, who prepares it or looks at its result.
  HELD,
  /// With the controller; moved on by its response, a timeout or the end of the connection.
  IN_FLIGHT
}
