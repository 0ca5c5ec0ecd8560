package io.ashlar.simulation;

/// When a [MemoryBlockVolume] carries out and completes what was submitted.
public enum CompletionMode {
  /// Before `submit` returns.
  AT_ONCE,
  /// When the test calls [MemoryBlockVolume#runPending]; until then requests can be aborted.
  WHEN_RUN
}
