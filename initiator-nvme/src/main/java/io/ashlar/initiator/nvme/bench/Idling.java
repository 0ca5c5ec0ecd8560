package io.ashlar.initiator.nvme.bench;

/// What the load's thread does while nothing has come.
public enum Idling {
  /// Asks again at once, after whatever else wants this core: least latency, one core. Without that
  /// courtesy the kernel's own threads, which end the target's durable writes, wait for a whole
  /// time slice where they share the core.
  SPIN,
  /// Sleeps until the socket has something.
  SLEEP
}
