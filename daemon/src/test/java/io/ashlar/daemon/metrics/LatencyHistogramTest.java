package io.ashlar.daemon.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LatencyHistogramTest {
  @ParameterizedTest
  @CsvSource({
    "-5, 0",
    "0, 0",
    "1, 0",
    "8192, 0",
    "8193, 1",
    "16384, 1",
    "16385, 2",
    "17179869184, 21",
    "17179869185, 22",
    "9223372036854775807, 22"
  })
  void shouldCountADurationBelowItsBound(long durationNs, int bucket) {
    assertThat(LatencyHistogram.bucketOf(durationNs)).isEqualTo(bucket);
    double[] bounds = LatencyHistogram.boundsSeconds();
    assertThat(durationNs / 1e9).isLessThanOrEqualTo(bounds[bucket]);
  }

  @Test
  void shouldSumWhatItCounts() {
    LatencyHistogram latency = new LatencyHistogram();
    latency.record(1_000_000_000);
    latency.record(500_000_000);
    assertThat(latency.sumSeconds()).isEqualTo(1.5);
    long total = 0;
    for (long count : latency.counts()) {
      total += count;
    }
    assertThat(total).isEqualTo(2);
  }
}
