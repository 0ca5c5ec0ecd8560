package io.ashlar.daemon.metrics;

import io.ashlar.core.volume.BlockOperation;
import io.ashlar.daemon.metrics.NodeFigures.VolumeFigures;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.Locale;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;

/// Turns the node's figures into Prometheus's metrics.
final class NodeCollector implements MultiCollector {
  private static final double[] BOUNDS_SECONDS = LatencyHistogram.boundsSeconds();

  private final Supplier<NodeFigures> source;

  NodeCollector(Supplier<NodeFigures> source) {
    this.source = source;
  }

  @Override
  public MetricSnapshots collect() {
    NodeFigures figures = source.get();
    MetricSnapshots.Builder all = MetricSnapshots.builder();
    PoolCollector.addTo(all, figures);
    addVolumeGauges(all, figures);
    addVolumeOperations(all, figures);
    return all.build();
  }

  private static void addVolumeGauges(MetricSnapshots.Builder all, NodeFigures figures) {
    all.metricSnapshot(
        volumeGauge(
            figures, "ashlar_volume_capacity_bytes", "Size.", VolumeFigures::capacityBytes));
  }

  private static GaugeSnapshot volumeGauge(
      NodeFigures figures, String name, String help, ToLongFunction<VolumeFigures> value) {
    GaugeSnapshot.Builder gauge = GaugeSnapshot.builder().name(name).help(help);
    for (VolumeFigures volume : figures.volumes()) {
      gauge.dataPoint(
          GaugeDataPointSnapshot.builder()
              .labels(Labels.of("node", figures.node(), "volume", volume.name()))
              .value((double) value.applyAsLong(volume))
              .build());
    }
    return gauge.build();
  }

  private static void addVolumeOperations(MetricSnapshots.Builder all, NodeFigures figures) {
    HistogramSnapshot.Builder durations =
        HistogramSnapshot.builder()
            .name("ashlar_volume_io_duration_seconds")
            .help("Time from a target's request to its completion.");
    for (BlockOperation operation : BlockOperation.values()) {
      String word = operation.name().toLowerCase(Locale.ROOT);
      for (VolumeFigures volume : figures.volumes()) {
        Labels labels =
            Labels.of("node", figures.node(), "volume", volume.name(), "operation", word);
        durations.dataPoint(durations(volume.counters().latency(operation), labels));
      }
      all.metricSnapshot(
          counter(figures, word + "_ops", "Requests.", each -> each.operations(operation)));
      all.metricSnapshot(
          counter(figures, word + "_errors", "Failures.", each -> each.errors(operation)));
      all.metricSnapshot(
          counter(figures, word + "_bytes", "Bytes done.", each -> each.bytes(operation)));
    }
    all.metricSnapshot(durations.build());
  }

  private static HistogramDataPointSnapshot durations(LatencyHistogram latency, Labels labels) {
    HistogramDataPointSnapshot.Builder point = HistogramDataPointSnapshot.builder();
    point.classicHistogramBuckets(ClassicHistogramBuckets.of(BOUNDS_SECONDS, latency.counts()));
    point.sum(latency.sumSeconds());
    point.labels(labels);
    return point.build();
  }

  private static CounterSnapshot counter(
      NodeFigures figures, String name, String help, ToLongFunction<VolumeCounters> value) {
    CounterSnapshot.Builder counter =
        CounterSnapshot.builder().name("ashlar_volume_" + name).help(help);
    for (VolumeFigures volume : figures.volumes()) {
      counter.dataPoint(
          CounterDataPointSnapshot.builder()
              .labels(Labels.of("node", figures.node(), "volume", volume.name()))
              .value((double) value.applyAsLong(volume.counters()))
              .build());
    }
    return counter.build();
  }
}
