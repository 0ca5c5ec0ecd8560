package io.ashlar.benchmarks.device;

import java.util.List;
import java.util.stream.DoubleStream;

/// Medians over rounds.
final class Medians {
  private Medians() {}

  static double operations(List<LoadResult> rounds) {
    return of(rounds.stream().mapToDouble(LoadResult::operationsPerSecond));
  }

  /// The middle value, the upper of two; NaN of none.
  static double of(DoubleStream values) {
    double[] sorted = values.sorted().toArray();
    return sorted.length == 0 ? Double.NaN : sorted[sorted.length / 2];
  }
}
