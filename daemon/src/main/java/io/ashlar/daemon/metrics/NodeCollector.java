package io.ashlar.daemon.metrics;

import io.ashlar.control.PoolInfo;
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
    addPool(all, figures);
    addVolumeGauges(all, figures);
    addVolumeOperations(all, figures);
    return all.build();
  }

  private static void addPool(MetricSnapshots.Builder all, NodeFigures figures) {
    PoolInfo pool = figures.pool();
    Labels node = Labels.of("node", figures.node());
    all.metricSnapshot(
        gauge("ashlar_pool_capacity_bytes", "Capacity.", node, pool.capacityBytes()));
    all.metricSnapshot(gauge("ashlar_pool_free_bytes", "Free to write.", node, pool.freeBytes()));
    all.metricSnapshot(
        gauge("ashlar_pool_provisioned_bytes", "Sum of sizes.", node, pool.provisionedBytes()));
    all.metricSnapshot(
        gauge("ashlar_pool_used_bytes", "What sealed blocks take.", node, pool.usedBytes()));
    all.metricSnapshot(
        counter("ashlar_pool_written_bytes", "Written to the log.", node, pool.writtenBytes()));
    all.metricSnapshot(
        counter("ashlar_pool_cleaned_bytes", "Copied by the cleaner.", node, pool.cleanedBytes()));
    all.metricSnapshot(
        counter("ashlar_pool_damaged_blocks", "Blocks found bad.", node, pool.damagedBlocks()));
    all.metricSnapshot(
        counter("ashlar_pool_device_errors", "Failed by the disk.", node, pool.deviceErrors()));
    all.metricSnapshot(
        gauge("ashlar_pool_warnings", "Open warnings.", node, pool.warnings().size()));
    long healthy = pool.state().equals("healthy") ? 1 : 0;
    all.metricSnapshot(gauge("ashlar_pool_healthy", "1 if healthy.", node, healthy));
  }

  private static GaugeSnapshot gauge(String name, String help, Labels labels, long value) {
    return GaugeSnapshot.builder()
        .name(name)
        .help(help)
        .dataPoint(GaugeDataPointSnapshot.builder().labels(labels).value((double) value).build())
        .build();
  }

  private static CounterSnapshot counter(String name, String help, Labels labels, long value) {
    return CounterSnapshot.builder()
        .name(name)
        .help(help)
        .dataPoint(CounterDataPointSnapshot.builder().labels(labels).value((double) value).build())
        .build();
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
