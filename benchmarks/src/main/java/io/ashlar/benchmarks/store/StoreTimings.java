package io.ashlar.benchmarks.store;

import org.HdrHistogram.Histogram;

/// How long requests took, and how long the store kept its thread at a time. Nanoseconds.
final class StoreTimings {
  private static final long HIGHEST_NS = 60_000_000_000L;

  final Histogram requests = new Histogram(HIGHEST_NS, 3);
  final Histogram steps = new Histogram(HIGHEST_NS, 3);

  /// A line for people.
  String text() {
    return "requests p50 %.0f µs, p99 %.0f, p99.9 %.0f, max %.0f; steps p99.9 %.0f µs, p99.99 %.0f, max %.0f"
        .formatted(
            us(requests, 50),
            us(requests, 99),
            us(requests, 99.9),
            us(requests, 100),
            us(steps, 99.9),
            us(steps, 99.99),
            us(steps, 100));
  }

  private static double us(Histogram histogram, double percentile) {
    return histogram.getValueAtPercentile(percentile) / 1000.0;
  }
}
