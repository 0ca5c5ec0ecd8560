package io.ashlar.daemon.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.ashlar.control.HealthCode;
import io.ashlar.control.HealthEntry;
import io.ashlar.control.PoolInfo;
import io.ashlar.control.ScrubInfo;
import io.ashlar.core.base.Clock;
import io.ashlar.core.volume.BlockOperation;
import io.ashlar.core.volume.BlockRequest;
import io.ashlar.core.volume.VolumeGeometry;
import io.ashlar.daemon.metrics.NodeFigures.VolumeFigures;
import io.ashlar.simulation.MemoryBlockVolume;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class NodeMetricsTest {
  private static final List<HealthEntry> FILLING =
      List.of(HealthCode.POOL_FILLING.says("The pool is 85 % full."));

  private static final PoolInfo POOL =
      new PoolInfo(
          "/p",
          "file",
          "healthy",
          110,
          100,
          40,
          60,
          500,
          80,
          5,
          1,
          2,
          new PoolInfo.Reduction(30, 20, 1.5, 8),
          new PoolInfo.Memory(99, 9, 1, 0.1, 12, 34),
          new ScrubInfo(
              ScrubInfo.BACKGROUND,
              1,
              2,
              3,
              400,
              null,
              "1970-01-01T00:00:55Z",
              60,
              ScrubInfo.Findings.NONE,
              new ScrubInfo.Findings(5, 6, 4, 7)),
          new PoolInfo.Smart(true, "read", 3, 100, PoolInfo.Smart.UNKNOWN, 0, List.of()),
          FILLING);

  /// Each look at it finds 20 µs more.
  private static final class SteppingClock implements Clock {
    private long nowNs;

    @Override
    public long nanoTime() {
      return nowNs += 20_000;
    }

    @Override
    public long epochMillis() {
      return 0;
    }
  }

  private static void run(MeteredVolume volume, BlockOperation operation, long offsetBytes) {
    BlockRequest request = new BlockRequest(ended -> {});
    request.operation = operation;
    request.offsetBytes = offsetBytes;
    request.lengthBytes = 4096;
    request.data.wrap(ByteBuffer.allocateDirect(4096));
    volume.submit(request);
  }

  private static String scrape(NodeMetrics metrics) throws Exception {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    metrics.write(out);
    return out.toString(StandardCharsets.UTF_8);
  }

  @Test
  void shouldShowWhatAVolumeDid() throws Exception {
    VolumeCounters counters = new VolumeCounters();
    MeteredVolume volume =
        new MeteredVolume(
            MemoryBlockVolume.numbered(1, new VolumeGeometry(1 << 20, 4096)),
            counters,
            new SteppingClock());
    run(volume, BlockOperation.WRITE, 0);
    run(volume, BlockOperation.READ, 0);
    run(volume, BlockOperation.READ, 4096);
    run(volume, BlockOperation.READ, 1 << 20);
    String text =
        scrape(
            new NodeMetrics(() ->
                new NodeFigures(
                    "n1", POOL, FILLING, List.of(new VolumeFigures("db", 1 << 20, counters)))));
    assertThat(text)
        .contains("ashlar_volume_read_ops_total{node=\"n1\",volume=\"db\"} 3.0\n")
        .contains("ashlar_volume_read_errors_total{node=\"n1\",volume=\"db\"} 1.0\n")
        .contains("ashlar_volume_read_bytes_total{node=\"n1\",volume=\"db\"} 8192.0\n")
        .contains("ashlar_volume_write_bytes_total{node=\"n1\",volume=\"db\"} 4096.0\n")
        .contains("ashlar_volume_capacity_bytes{node=\"n1\",volume=\"db\"} 1048576.0\n")
        .contains(
            "ashlar_volume_io_duration_seconds_bucket"
                + "{node=\"n1\",operation=\"read\",volume=\"db\",le=\"1.6384E-5\"} 0\n")
        .contains(
            "ashlar_volume_io_duration_seconds_bucket"
                + "{node=\"n1\",operation=\"read\",volume=\"db\",le=\"3.2768E-5\"} 3\n")
        .contains(
            "ashlar_volume_io_duration_seconds_sum"
                + "{node=\"n1\",operation=\"write\",volume=\"db\"} 2.0E-5\n");
  }

  @Test
  void shouldShowThePoolAndTheProcess() throws Exception {
    String text = scrape(new NodeMetrics(() -> new NodeFigures("n1", POOL, FILLING, List.of())));
    assertThat(text)
        .contains("ashlar_pool_capacity_bytes{node=\"n1\"} 100.0\n")
        .contains("ashlar_pool_free_bytes{node=\"n1\"} 60.0\n")
        .contains("ashlar_pool_cleaned_bytes_total{node=\"n1\"} 5.0\n")
        .contains("ashlar_pool_healthy{node=\"n1\"} 1.0\n")
        .contains("ashlar_pool_compression_ratio{node=\"n1\"} 1.5\n")
        .contains("ashlar_pool_thinness_ratio{node=\"n1\"} 8.0\n")
        .contains("ashlar_index_page_hits_total{node=\"n1\"} 12.0\n")
        .contains("ashlar_index_page_misses_total{node=\"n1\"} 34.0\n")
        .contains("ashlar_scrub_running{node=\"n1\"} 1.0\n")
        .contains("ashlar_scrub_read_bytes_total{node=\"n1\"} 400.0\n")
        .contains("ashlar_scrub_passes_total{node=\"n1\"} 3.0\n")
        .contains("ashlar_scrub_last_pass_timestamp_seconds{node=\"n1\"} 55.0\n")
        .contains("ashlar_scrub_damaged_blocks_total{node=\"n1\"} 5.0\n")
        .contains("ashlar_scrub_damaged_pages_total{node=\"n1\"} 6.0\n")
        .contains("ashlar_scrub_repaired_pages_total{node=\"n1\"} 4.0\n")
        .contains("ashlar_scrub_failed_reads_total{node=\"n1\"} 7.0\n")
        .contains("ashlar_disk_used_percent{node=\"n1\"} 3.0\n")
        .doesNotContain("ashlar_disk_temperature_celsius")
        .contains("ashlar_health{code=\"pool-filling\",node=\"n1\",severity=\"warning\"} 1.0\n")
        .contains("ashlar_health{code=\"pool-failed\",node=\"n1\",severity=\"critical\"} 0.0\n")
        .contains("process_cpu_seconds_total")
        .contains("jvm_memory_used_bytes");
  }
}
