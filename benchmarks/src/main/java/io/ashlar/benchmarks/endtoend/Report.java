package io.ashlar.benchmarks.endtoend;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import org.HdrHistogram.Histogram;

/// Writes rows as a Markdown file, and the same tables to the terminal.
final class Report {
  private static final double[] PERCENTILES = {50, 90, 99, 99.9, 99.99, 100};

  private final BenchOptions options;
  private final List<Row> rows;

  Report(BenchOptions options, List<Row> rows) {
    this.options = options;
    this.rows = rows;
  }

  /// @return the file that was written
  Path write(PrintStream terminal) throws IOException {
    Files.createDirectories(options.results);
    List<String> lines = new ArrayList<>();
    lines.add("# End-to-end results, " + LocalDate.now(java.time.ZoneId.systemDefault()));
    lines.add("");
    lines.add(
        "%s, kernel %s, %d cores, JDK %s. Target on core %d, client on core %d, loopback."
            .formatted(
                processor(),
                System.getProperty("os.version"),
                cores(),
                System.getProperty("java.version"),
                Command.TARGET_CORE,
                Command.CLIENT_CORE));
    lines.add(
        "Medians of %d interleaved rounds of %d s; ranges in brackets."
            .formatted(options.rounds, options.seconds));
    for (Row row : rows) {
      describe(row, lines);
    }
    Path file = options.results.resolve("results.md");
    Files.write(file, lines);
    lines.forEach(terminal::println);
    return file;
  }

  private void describe(Row row, List<String> lines) throws IOException {
    lines.add("");
    lines.add("## " + row.title());
    lines.add("");
    lines.add("| | operations/s | MiB/s | p50 µs | p99 µs | p99.9 µs | max µs |");
    lines.add("|---|---|---|---|---|---|---|");
    for (Series series : row.series()) {
      lines.add(line(series));
    }
    lines.add("");
    for (Bar bar : row.bars()) {
      lines.add("* " + bar.sentence());
    }
    histograms(row, lines);
    if (Plots.draw(row, options.results)) {
      lines.add("");
      lines.add("![" + row.title() + "](" + row.key() + "-latency.svg)");
      lines.add("![" + row.title() + ", by the second](" + row.key() + "-timeline.svg)");
    }
  }

  private static String line(Series series) {
    if (series.isEmpty()) {
      return "| " + series.name() + " | not measured | | | | | |";
    }
    double blockBytes =
        series.details().isEmpty() ? Double.NaN : series.details().getFirst().shape().blockBytes();
    return "| %s | %,.0f [%,.0f – %,.0f] | %s | %s | %s | %s | %s |"
        .formatted(
            series.name(),
            series.medianRate(),
            series.least(Sample::operationsPerSecond),
            series.most(Sample::operationsPerSecond),
            number(series.medianRate() * blockBytes / (1 << 20)),
            number(series.medianP50Us()),
            number(series.median(Sample::p99Us)),
            number(series.median(Sample::p999Us)),
            number(series.most(Sample::maxUs)));
  }

  private static String number(double value) {
    return Double.isNaN(value) ? "" : "%,.1f".formatted(value);
  }

  /// The merged histogram of each contender that told one.
  private static void histograms(Row row, List<String> lines) {
    for (Series series : row.series()) {
      Histogram histogram = series.latencies();
      if (histogram.getTotalCount() == 0) {
        continue;
      }
      lines.add("");
      lines.add("```");
      lines.add(
          "%s: %,d operations, mean %.1f µs, standard deviation %.1f µs"
              .formatted(
                  series.name(),
                  histogram.getTotalCount(),
                  histogram.getMean() / 1e3,
                  histogram.getStdDeviation() / 1e3));
      for (double percentile : PERCENTILES) {
        lines.add(
            "%8.2f %%  %12.1f µs"
                .formatted(percentile, histogram.getValueAtPercentile(percentile) / 1e3));
      }
      lines.add("```");
    }
  }

  /// The machine's cores; this process sees only the one it is pinned to.
  private static long cores() throws IOException {
    Path info = Path.of("/proc/cpuinfo");
    if (!Files.exists(info)) {
      return Runtime.getRuntime().availableProcessors();
    }
    return Files.readAllLines(info).stream().filter(each -> each.startsWith("processor")).count();
  }

  private static String processor() throws IOException {
    Path info = Path.of("/proc/cpuinfo");
    if (!Files.exists(info)) {
      return System.getProperty("os.arch");
    }
    return Files.readAllLines(info).stream()
        .filter(each -> each.startsWith("model name"))
        .map(each -> each.substring(each.indexOf(':') + 1).strip())
        .findFirst()
        .orElse(System.getProperty("os.arch"));
  }
}
