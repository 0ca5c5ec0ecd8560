package io.ashlar.daemon.metrics;

import io.ashlar.control.HealthCode;
import io.ashlar.control.PoolInfo;
import io.ashlar.control.ScrubInfo;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.time.Instant;

/// The pool's and the node's part of the metrics.
final class PoolCollector {
  private final MetricSnapshots.Builder all;
  private final Labels node;

  private PoolCollector(MetricSnapshots.Builder all, String node) {
    this.all = all;
    this.node = Labels.of("node", node);
  }

  static void addTo(MetricSnapshots.Builder all, NodeFigures figures) {
    PoolCollector collector = new PoolCollector(all, figures.node());
    PoolInfo pool = figures.pool();
    collector.addSpace(pool);
    collector.addWork(pool);
    collector.addScrub(pool.scrub());
    collector.addDisk(pool);
    collector.addHealth(figures);
  }

  private void addSpace(PoolInfo pool) {
    gauge("ashlar_pool_capacity_bytes", "Capacity.", pool.capacityBytes());
    gauge("ashlar_pool_free_bytes", "Free to write.", pool.freeBytes());
    gauge("ashlar_pool_used_bytes", "What sealed blocks take.", pool.usedBytes());
    gauge("ashlar_pool_provisioned_bytes", "Sum of sizes.", pool.provisionedBytes());
    gauge("ashlar_pool_compression_ratio", "Host bytes per byte.", pool.reduction().compression());
    gauge(
        "ashlar_pool_thinness_ratio", "Full volumes' bytes per byte.", pool.reduction().thinness());
    PoolInfo.Memory memory = pool.memory();
    gauge("ashlar_index_memory_bytes", "Memory of the index.", memory.indexBytes());
    counter("ashlar_index_page_hits", "Index pages found in memory.", memory.indexPageHits());
    counter("ashlar_index_page_misses", "Index pages read first.", memory.indexPageMisses());
  }

  private void addWork(PoolInfo pool) {
    counter("ashlar_pool_written_bytes", "Written to the log.", pool.writtenBytes());
    counter("ashlar_pool_cleaned_bytes", "Copied by the cleaner.", pool.cleanedBytes());
    counter("ashlar_pool_damaged_blocks", "Blocks found bad.", pool.damagedBlocks());
    counter("ashlar_pool_device_errors", "Failed by the disk.", pool.deviceErrors());
  }

  /// Before a pass has ended there is no series of when it did.
  private void addScrub(ScrubInfo scrub) {
    gauge("ashlar_scrub_running", "1 during a pass.", scrub.hasPassUnderWay() ? 1 : 0);
    counter("ashlar_scrub_read_bytes", "Read by scrubs.", scrub.bytesRead());
    counter("ashlar_scrub_passes", "Passes that ended.", scrub.passes());
    String endedAt = scrub.endedAt();
    if (endedAt != null) {
      long seconds = Instant.parse(endedAt).getEpochSecond();
      gauge("ashlar_scrub_last_pass_timestamp_seconds", "When the last pass ended.", seconds);
    }
    ScrubInfo.Findings found = scrub.foundSinceStart();
    counter("ashlar_scrub_damaged_blocks", "Blocks found bad by scrubs.", found.damagedBlocks());
    counter("ashlar_scrub_damaged_pages", "Pages found bad by scrubs.", found.damagedPages());
    counter("ashlar_scrub_repaired_pages", "Of these, written anew.", found.repairedPages());
    counter("ashlar_scrub_failed_reads", "Scrubs' reads the disk failed.", found.failedReads());
  }

  /// What the disk does not tell has no series.
  private void addDisk(PoolInfo pool) {
    PoolInfo.Smart smart = pool.smart();
    known("ashlar_disk_used_percent", "Of the rated life.", smart.usedPercent());
    known("ashlar_disk_spare_percent", "Spare blocks left.", smart.sparePercent());
    known("ashlar_disk_temperature_celsius", "Temperature.", smart.temperatureCelsius());
    known("ashlar_disk_media_errors", "Found by the disk itself.", smart.mediaErrors());
  }

  private void known(String name, String help, long value) {
    if (value != PoolInfo.Smart.UNKNOWN) {
      gauge(name, help, value);
    }
  }

  /// Every code has a series at all times, so that an alert tells "well" from "not asked".
  private void addHealth(NodeFigures figures) {
    GaugeSnapshot.Builder health =
        GaugeSnapshot.builder().name("ashlar_health").help("1 where this is the matter.");
    for (HealthCode each : HealthCode.values()) {
      boolean isSo = figures.health().stream().anyMatch(entry -> entry.code().equals(each.code()));
      health.dataPoint(
          GaugeDataPointSnapshot.builder()
              .labels(
                  node.merge(Labels.of("code", each.code(), "severity", each.severity().word())))
              .value(isSo ? 1 : 0)
              .build());
    }
    all.metricSnapshot(health.build());
    gauge("ashlar_pool_healthy", "1 if healthy.", figures.pool().state().equals("healthy") ? 1 : 0);
  }

  private void gauge(String name, String help, long value) {
    gauge(name, help, (double) value);
  }

  private void gauge(String name, String help, double value) {
    all.metricSnapshot(
        GaugeSnapshot.builder()
            .name(name)
            .help(help)
            .dataPoint(GaugeDataPointSnapshot.builder().labels(node).value(value).build())
            .build());
  }

  private void counter(String name, String help, long value) {
    all.metricSnapshot(
        CounterSnapshot.builder()
            .name(name)
            .help(help)
            .dataPoint(
                CounterDataPointSnapshot.builder().labels(node).value((double) value).build())
            .build());
  }
}
