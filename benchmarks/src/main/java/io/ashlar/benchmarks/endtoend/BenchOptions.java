package io.ashlar.benchmarks.endtoend;

import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Option;

/// What the benchmark's command line may say.
final class BenchOptions {
  @Option(
      names = "--directory",
      defaultValue = "benchmarks/target/endtoend",
      description = "Where pools and fio's file go; the file system that is measured.")
  Path directory = Path.of("benchmarks/target/endtoend");

  @Option(
      names = "--ram-directory",
      defaultValue = "/dev/shm",
      description = "A file system in memory, for what tgt serves.")
  Path ramDirectory = Path.of("/dev/shm");

  @Option(
      names = "--results",
      defaultValue = "benchmarks/target/results",
      description = "Where the report and the plots go.")
  Path results = Path.of("benchmarks/target/results");

  @Option(names = "--rounds", defaultValue = "5", description = "Interleaved rounds.")
  int rounds;

  @Option(names = "--seconds", defaultValue = "5", description = "Length of each measurement.")
  int seconds;

  @Option(
      names = "--steady-seconds",
      defaultValue = "60",
      description = "Length of the steady worst-case run; 3600 for the hour.")
  int steadySeconds;

  @Option(
      names = "--span-mib",
      defaultValue = "1024",
      description = "How much of the file system the file-backed rows work on.")
  int spanMiB;

  @Option(names = "--row", description = "Run only rows whose key begins so; repeat for more.")
  List<String> rows = List.of();

  long spanBytes() {
    return (long) spanMiB << 20;
  }

  /// Whether a row, or a group of rows by the start of their keys, is to be run.
  boolean wants(String key) {
    return rows.isEmpty()
        || rows.stream().anyMatch(each -> key.startsWith(each) || each.startsWith(key));
  }
}
