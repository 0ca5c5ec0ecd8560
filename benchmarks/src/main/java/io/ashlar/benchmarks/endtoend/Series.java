package io.ashlar.benchmarks.endtoend;

import io.ashlar.initiator.nvme.bench.LoadResult;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.HdrHistogram.Histogram;

/// One contender's samples over all rounds.
final class Series {
  private final Contender contender;
  private final List<Sample> samples = new ArrayList<>();

  Series(Contender contender) {
    this.contender = contender;
  }

  Contender contender() {
    return contender;
  }

  String name() {
    return contender.name();
  }

  void add(Sample sample) {
    samples.add(sample);
  }

  boolean isEmpty() {
    return samples.isEmpty();
  }

  double medianRate() {
    return median(Sample::operationsPerSecond);
  }

  double medianP50Us() {
    return median(Sample::p50Us);
  }

  /// The middle of a figure over the rounds; the mean of the two middle ones if they are even.
  double median(ToDoubleFunction<Sample> figure) {
    double[] sorted = sorted(figure);
    int middle = sorted.length / 2;
    if (sorted.length == 0) {
      return Double.NaN;
    }
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }

  double least(ToDoubleFunction<Sample> figure) {
    return isEmpty() ? Double.NaN : sorted(figure)[0];
  }

  double most(ToDoubleFunction<Sample> figure) {
    return isEmpty() ? Double.NaN : sorted(figure)[samples.size() - 1];
  }

  private double[] sorted(ToDoubleFunction<Sample> figure) {
    return samples.stream().mapToDouble(figure).sorted().toArray();
  }

  /// The samples that hold a whole measurement.
  List<LoadResult> details() {
    List<LoadResult> details = new ArrayList<>();
    for (Sample each : samples) {
      if (each.detail() != null) {
        details.add(each.detail());
      }
    }
    return details;
  }

  /// Latencies in nanoseconds over all rounds; empty where the tool does not tell them.
  Histogram latencies() {
    Histogram all = new Histogram(3);
    details().forEach(each -> all.add(each.all()));
    return all;
  }
}
