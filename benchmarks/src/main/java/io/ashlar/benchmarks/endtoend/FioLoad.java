package io.ashlar.benchmarks.endtoend;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// `fio` with io_uring and O_DIRECT on a file beside the pool: what the device gives without us.
///
/// @param pattern fio's `--rw`
/// @param extra further options, such as `--sync=dsync`
record FioLoad(
    String name, Path file, String pattern, int blockBytes, int depth, List<String> extra)
    implements Contender {
  /// Writes the file once, so that reads find data and writes find allocated blocks.
  static void layOut(Path file, long sizeBytes) throws IOException, InterruptedException {
    if (Files.exists(file) && Files.size(file) == sizeBytes) {
      return;
    }
    List<String> arguments = common(file, "write", 1 << 20, 8);
    arguments.add("--size=" + sizeBytes);
    arguments.add("--refill_buffers");
    arguments.add("--end_fsync=1");
    Command.run(Command.TARGET_CORE, arguments);
  }

  /// Writes zeroes to a new file, as a blank disk has them, so that our pool's file is laid out as
  /// the file that it is compared with.
  static void layOutZeroes(Path file, long sizeBytes) throws IOException, InterruptedException {
    Files.createDirectories(Objects.requireNonNull(file.getParent()));
    List<String> arguments = common(file, "write", 1 << 20, 8);
    arguments.add("--size=" + sizeBytes);
    arguments.add("--zero_buffers");
    arguments.add("--end_fsync=1");
    Command.run(Command.TARGET_CORE, arguments);
  }

  private static List<String> common(Path file, String pattern, int blockBytes, int depth) {
    return new ArrayList<>(
        List.of(
            "fio",
            "--name=raw",
            "--ioengine=io_uring",
            "--direct=1",
            "--filename=" + file,
            "--rw=" + pattern,
            "--bs=" + blockBytes,
            "--iodepth=" + depth));
  }

  @Override
  public Sample measure(Duration duration) throws IOException, InterruptedException {
    List<String> arguments = common(file, pattern, blockBytes, depth);
    arguments.addAll(
        List.of(
            "--time_based",
            "--ramp_time=1",
            "--runtime=" + Math.max(1, duration.toSeconds()),
            "--norandommap",
            "--size=" + Files.size(file),
            "--percentile_list=50:99:99.9",
            "--output-format=json"));
    arguments.addAll(extra);
    String output = Command.run(Command.TARGET_CORE, arguments);
    // Notes may stand before the JSON.
    JsonNode job =
        JsonMapper.shared().readTree(output.substring(output.indexOf('{'))).path("jobs").path(0);
    JsonNode side = job.path(pattern.contains("read") ? "read" : "write");
    JsonNode percentiles = side.path("clat_ns").path("percentile");
    return new Sample(
        side.path("iops").asDouble(),
        percentiles.path("50.000000").asDouble() / 1e3,
        percentiles.path("99.000000").asDouble() / 1e3,
        percentiles.path("99.900000").asDouble() / 1e3,
        side.path("clat_ns").path("max").asDouble() / 1e3,
        null);
  }
}
