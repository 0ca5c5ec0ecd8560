package io.ashlar.benchmarks.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import io.ashlar.initiator.nvme.bench.AccessPattern;
import io.ashlar.initiator.nvme.bench.Interval;
import io.ashlar.initiator.nvme.bench.LoadResult;
import io.ashlar.initiator.nvme.bench.LoadShape;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class ReportTest {
  @TempDir private Path directory = Path.of("");

  @Test
  void shouldReportMediansRangesBarsAndPlots() throws Exception {
    BenchOptions options = new BenchOptions();
    new CommandLine(options).parseArgs("--results", directory.toString(), "--rounds", "3");
    Row row =
        new Row(
            "key",
            "Title",
            List.of(new Steady("ours", 18, 100_000), new Steady("theirs", 25, 50_000)),
            done ->
                List.of(
                    new Bar("IOPS", done.of("ours").medianRate(), 80_000, Bar.Relation.AT_LEAST),
                    new Bar("p50", done.of("ours").medianP50Us(), 10, Bar.Relation.AT_MOST)));
    for (int i = 0; i < 3; i++) {
      row.round(Duration.ofSeconds(1));
    }

    ByteArrayOutputStream terminal = new ByteArrayOutputStream();
    Path report =
        new Report(options, List.of(row))
            .write(new PrintStream(terminal, true, StandardCharsets.UTF_8));

    String text = Files.readString(report);
    assertThat(text)
        .contains("| ours | 101,000 [100,000 – 102,000] |")
        .contains("IOPS: 101,000.0 (bar ≥ 80,000.0): reached")
        .contains("(bar ≤ 10.0): MISSED")
        .contains("   50.00 %");
    assertThat(terminal.toString(StandardCharsets.UTF_8)).contains("## Title");
    assertThat(Files.readString(directory.resolve("key-latency.svg"))).contains("</svg>");
    assertThat(Files.readString(directory.resolve("key-timeline.svg"))).contains("</svg>");
  }

  @Test
  void shouldSayWhereNothingWasMeasured() {
    Bar bar = new Bar("p50", Double.NaN, 1, Bar.Relation.AT_MOST);
    assertThat(bar.sentence()).isEqualTo("p50: not measured");
  }

  /// A contender that measures nothing and reports figures around the given ones, a little more in
  /// each round.
  private static final class Steady implements Contender {
    private final String name;
    private final double medianUs;
    private final double rate;
    private int round;

    Steady(String name, double medianUs, double rate) {
      this.name = name;
      this.medianUs = medianUs;
      this.rate = rate;
    }

    @Override
    public String name() {
      return name;
    }

    @Override
    public Sample measure(Duration duration) {
      SplittableRandom random = new SplittableRandom(round);
      Histogram reads = new Histogram(3);
      long operations = (long) rate + 1000L * round++;
      for (int i = 0; i < operations; i++) {
        reads.recordValue((long) (medianUs * 1e3 * (1 + Math.pow(random.nextDouble(), 20) * 9)));
      }
      List<Interval> timeline = new ArrayList<>();
      for (int i = 1; i <= 10; i++) {
        long p50Ns = (long) (medianUs * 1e3);
        timeline.add(
            new Interval(
                i * 1_000_000_000L,
                1_000_000_000L,
                operations,
                p50Ns,
                3 * p50Ns,
                (5 + i % 3) * p50Ns,
                9 * p50Ns));
      }
      LoadShape shape = new LoadShape(AccessPattern.RANDOM, 100, 4096, 32, 0, 1 << 20, 100, 1);
      return Sample.of(new LoadResult(shape, 1_000_000_000L, reads, new Histogram(3), timeline));
    }
  }
}
