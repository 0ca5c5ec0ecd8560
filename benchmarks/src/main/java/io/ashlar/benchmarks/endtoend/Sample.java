package io.ashlar.benchmarks.endtoend;

import io.ashlar.initiator.nvme.bench.LoadResult;
import org.jspecify.annotations.Nullable;

/// What one contender reached in one round. Latencies are in microseconds, NaN where the tool does
/// not tell them.
///
/// @param detail the whole measurement, where it is this project's own host that measured
record Sample(
    double operationsPerSecond,
    double p50Us,
    double p99Us,
    double p999Us,
    double maxUs,
    @Nullable LoadResult detail) {
  static Sample of(LoadResult result) {
    var all = result.all();
    return new Sample(
        result.operationsPerSecond(),
        all.getValueAtPercentile(50) / 1e3,
        all.getValueAtPercentile(99) / 1e3,
        all.getValueAtPercentile(99.9) / 1e3,
        all.getMaxValue() / 1e3,
        result);
  }

  static Sample ofRate(double operationsPerSecond) {
    return new Sample(operationsPerSecond, Double.NaN, Double.NaN, Double.NaN, Double.NaN, null);
  }
}
