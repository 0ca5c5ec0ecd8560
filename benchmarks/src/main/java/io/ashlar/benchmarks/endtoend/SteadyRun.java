package io.ashlar.benchmarks.endtoend;

import static io.ashlar.benchmarks.endtoend.Bar.Relation.AT_MOST;

import io.ashlar.control.VolumeInfo;
import io.ashlar.initiator.nvme.bench.AccessPattern;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/// The steady worst case: a pool filled to three quarters and overwritten at random until the
/// cleaner runs, then a mixed load at 70 % of the measured maximum. Beside it, the same load at the
/// same rate on the protocol alone: its tail is what the machine does to both, whose threads that
/// nobody asked for take a core from the target or the client at times.
final class SteadyRun {
  private static final int[] MIXED = {4096, 32};
  private static final int READ_PERCENT = 70;
  private static final double SHARE_OF_MAXIMUM = 0.7;
  private static final double FILL = 0.75;
  private static final Duration MAXIMUM_RUN = Duration.ofSeconds(20);
  private static final double TAIL_TO_MEDIAN_MAX = 10;
  private static final Duration MACHINE_RUN_MAX = Duration.ofMinutes(5);
  private static final String MACHINE = "the same load without store and device";

  private SteadyRun() {}

  static Row run(BenchOptions options) throws IOException, InterruptedException {
    Path directory = options.directory.resolve("steady");
    Directories.delete(directory);
    try (DaemonProcess daemon =
            DaemonProcess.start(directory, Map.of("pool.size", 2L * options.spanMiB + "MiB"));
        ProtocolProcess protocol = ProtocolProcess.start(Rows.SPIN_MICROSECONDS)) {
      long volumeBytes = (long) (2 * options.spanBytes() * FILL) / (1 << 20) * (1 << 20);
      VolumeInfo volume =
          daemon.createVolume("steady", volumeBytes, 4096, DaemonProcess.Kind.SEALED);
      NvmeLoad mixed =
          DaemonProcess.load(
              "as fast as it goes", volume, AccessPattern.RANDOM, READ_PERCENT, MIXED);
      NvmeLoad overwrite = DaemonProcess.load("overwrite", volume, AccessPattern.RANDOM, 0, MIXED);
      mixed.fill();
      overwrite.fill();
      overwrite.measure(MAXIMUM_RUN);
      Row maximum = new Row("maximum", "", List.of(mixed), row -> List.of());
      maximum.round(MAXIMUM_RUN);
      double rate = maximum.of(mixed.name()).medianRate() * SHARE_OF_MAXIMUM;
      String name = "%,.0f operations/s (70 %% of the maximum)".formatted(rate);
      Contender machine =
          new Brief(
              protocol.load(MACHINE, READ_PERCENT, MIXED[1]).atRate(MACHINE, rate),
              MACHINE_RUN_MAX);
      Row steady =
          new Row(
              "steady",
              "4 KiB mixed 70/30 QD32 at 70 % of the maximum, cleaner running",
              List.of(mixed.atRate(name, rate), machine),
              row -> {
                Series series = row.of(name);
                return List.of(
                    new Bar(
                        "p99.9 in µs against 10 × p50",
                        series.median(Sample::p999Us),
                        TAIL_TO_MEDIAN_MAX * series.medianP50Us(),
                        AT_MOST));
              });
      steady.round(Duration.ofSeconds(options.steadySeconds));
      return steady;
    }
  }
}
