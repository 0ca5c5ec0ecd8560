package io.ashlar.benchmarks.endtoend;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;

/// Runs the end-to-end benchmark: `benchmarks/run --help`.
@CommandLine.Command(
    name = "benchmarks/run",
    mixinStandardHelpOptions = true,
    description =
        "Measures the daemon end to end, in interleaved rounds with fio, iscsi-perf and tgt, and"
            + " writes results.md with plots. Needs taskset and fio; iscsi-perf (libiscsi-bin) and"
            + " tgt for the iSCSI row.")
public final class EndToEnd implements Callable<Integer> {
  @Mixin private final BenchOptions options = new BenchOptions();

  public static void main(String[] arguments) {
    System.exit(new CommandLine(new EndToEnd()).execute(arguments));
  }

  @Override
  public Integer call() throws Exception {
    for (String needed : List.of("taskset", "fio")) {
      if (!Command.isInstalled(needed)) {
        System.err.println("The benchmark needs '" + needed + "': install it and run again.");
        return CommandLine.ExitCode.SOFTWARE;
      }
    }
    Files.createDirectories(options.directory);
    List<Row> measured = new ArrayList<>(measureRows());
    if (options.wants("steady")) {
      System.err.println("steady: filling a pool, then " + options.steadySeconds + " s of load");
      measured.add(SteadyRun.run(options));
    }
    Path file = new Report(options, measured).write(System.out);
    System.err.println("Written: " + file);
    return CommandLine.ExitCode.OK;
  }

  private List<Row> measureRows() throws Exception {
    try (Rows rows = new Rows(options)) {
      List<Row> chosen = rows.start().stream().filter(each -> options.wants(each.key())).toList();
      for (int round = 1; round <= options.rounds; round++) {
        for (Row row : chosen) {
          System.err.println("round " + round + " of " + options.rounds + ": " + row.key());
          row.round(Duration.ofSeconds(options.seconds));
        }
      }
      return chosen;
    }
  }
}
