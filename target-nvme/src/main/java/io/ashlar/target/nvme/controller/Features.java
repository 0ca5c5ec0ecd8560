package io.ashlar.target.nvme.controller;

/// The settings that a host may read back, with no effect of their own, and the host's clock.
final class Features {
  private static final long TIMESTAMP_MASK = (1L << 48) - 1;

  /// Origin in the timestamp's attributes: set by the host.
  private static final long TIMESTAMP_FROM_HOST = 1L << 49;

  int arbitration;
  int powerState;
  int temperatureThreshold;
  int errorRecovery;
  int writeAtomicity;
  int reservationMask;

  private long timestampMs;
  private long timestampSetAtNs = System.nanoTime();
  private long timestampOrigin;

  void timestamp(long hostMs) {
    timestampMs = hostMs & TIMESTAMP_MASK;
    timestampSetAtNs = System.nanoTime();
    timestampOrigin = TIMESTAMP_FROM_HOST;
  }

  /// The host's clock as it must be now, with its attributes (Base 2.0, 5.27.1.11).
  long timestamp() {
    long sinceMs = (System.nanoTime() - timestampSetAtNs) / 1_000_000;
    return ((timestampMs + sinceMs) & TIMESTAMP_MASK) | timestampOrigin;
  }
}
