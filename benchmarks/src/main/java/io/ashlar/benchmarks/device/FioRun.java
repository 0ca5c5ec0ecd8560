package io.ashlar.benchmarks.device;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Runs fio on the same file and reads its JSON.
final class FioRun {
  private FioRun() {}

  /// Runs one round; waits for its end.
  static LoadResult run(
      Path file, DeviceWorkload workload, long areaBytes, int seconds, Tuning tuning)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add("fio");
    command.add("--name=" + workload.name());
    command.add("--filename=" + file);
    command.add("--ioengine=io_uring");
    command.add("--direct=1");
    command.add("--rw=" + workload.fioPattern());
    command.add("--bs=" + workload.blockBytes);
    command.add("--iodepth=" + workload.queueDepth);
    command.add("--size=" + areaBytes);
    command.add("--time_based");
    command.add("--runtime=" + seconds);
    command.add("--output-format=json");
    // Latency from submission to completion, as ours is; fio's default leaves submission out.
    command.add("--lat_percentiles=1");
    command.add("--clat_percentiles=0");
    switch (workload.operation) {
      case WRITE_DURABLE -> command.add("--sync=dsync");
      case READ, WRITE, FLUSH, DISCARD -> {}
    }
    switch (tuning) {
      case PLAIN -> {}
      case REGISTERED -> {
        command.add("--fixedbufs");
        command.add("--registerfiles");
      }
    }
    return read(workload, run(command));
  }

  /// How fio is set up.
  enum Tuning {
    PLAIN,
    REGISTERED
  }

  private static String run(List<String> command) throws IOException, InterruptedException {
    Process fio =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    String output = new String(fio.getInputStream().readAllBytes(), UTF_8);
    int exit = fio.waitFor();
    if (exit != 0) {
      throw new IOException("fio ended with " + exit + "; install it with: apt-get install fio");
    }
    return output;
  }

  private static LoadResult read(DeviceWorkload workload, String output) {
    // Notes may stand before the JSON.
    JsonNode report = JsonMapper.shared().readTree(output.substring(output.indexOf('{')));
    JsonNode side = report.path("jobs").path(0).path(workload.reads() ? "read" : "write");
    JsonNode percentiles = side.path("lat_ns").path("percentile");
    return new LoadResult(
        side.path("iops").asDouble(),
        percentiles.path("50.000000").asLong(),
        percentiles.path("99.000000").asLong());
  }
}
