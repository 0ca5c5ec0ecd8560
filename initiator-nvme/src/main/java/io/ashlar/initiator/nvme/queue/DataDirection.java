package io.ashlar.initiator.nvme.queue;

/// Which way a command's data goes.
public enum DataDirection {
  /// The command has no data.
  NONE,
  /// The host sends: writes, compares, lists, keys.
  TO_CONTROLLER,
  /// The host receives: reads, identify, logs.
  TO_HOST
}
