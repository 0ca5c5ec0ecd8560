package io.ashlar.initiator.nvme.bench;

/// Where a load's next operation goes.
public enum AccessPattern {
  /// Anywhere in the span, uniformly.
  RANDOM,
  /// The block after the last one, from the start again at the end.
  SEQUENTIAL
}
