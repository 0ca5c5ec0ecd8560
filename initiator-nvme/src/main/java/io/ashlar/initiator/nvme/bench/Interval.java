package io.ashlar.initiator.nvme.bench;

/// One stretch of a load's time-line. Latencies are in nanoseconds, of reads and writes together.
///
/// @param endNs since the measurement began
public record Interval(
    long endNs, long lengthNs, long operations, long p50Ns, long p99Ns, long p999Ns, long maxNs) {
  public double operationsPerSecond() {
    return operations * 1e9 / lengthNs;
  }
}
