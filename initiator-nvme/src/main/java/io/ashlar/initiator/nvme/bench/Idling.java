package io.ashlar.initiator.nvme.bench;

/// What the load's thread does while nothing has come.
public enum Idling {
  /// Asks again at once: least latency, one core.
  SPIN,
  /// Sleeps until the socket has something.
  SLEEP
}
