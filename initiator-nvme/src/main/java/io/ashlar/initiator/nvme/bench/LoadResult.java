package io.ashlar.initiator.nvme.bench;

import java.util.List;
import org.HdrHistogram.Histogram;

/// What a load measured, warm-up left out.
///
/// @param shape the load
/// @param elapsedNs how long it was measured
/// @param reads read latencies in nanoseconds
/// @param writes write latencies in nanoseconds; each write was durable when it was counted
/// @param timeline by the second
public record LoadResult(
    LoadShape shape, long elapsedNs, Histogram reads, Histogram writes, List<Interval> timeline) {
  public long operations() {
    return reads.getTotalCount() + writes.getTotalCount();
  }

  public double operationsPerSecond() {
    return operations() * 1e9 / elapsedNs;
  }

  public double bytesPerSecond() {
    return operationsPerSecond() * shape.blockBytes();
  }

  /// Reads and writes together.
  public Histogram all() {
    Histogram all = reads.copy();
    all.add(writes);
    return all;
  }
}
