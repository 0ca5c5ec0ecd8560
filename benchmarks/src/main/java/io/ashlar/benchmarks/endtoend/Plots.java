package io.ashlar.benchmarks.endtoend;

import de.erichseifert.vectorgraphics2d.Document;
import de.erichseifert.vectorgraphics2d.Processors;
import de.erichseifert.vectorgraphics2d.VectorGraphics2D;
import de.erichseifert.vectorgraphics2d.util.PageSize;
import io.ashlar.initiator.nvme.bench.Interval;
import io.ashlar.initiator.nvme.bench.LoadResult;
import java.awt.Color;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.HdrHistogram.Histogram;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.markers.SeriesMarkers;

/// Draws a row: latency by percentile, and the time-line of its last round.
final class Plots {
  private static final int WIDTH = 900;
  private static final int HEIGHT = 480;

  /// The percentile axis ends at 99.999 %: as "nines", 5.
  private static final double NINES_MAX = 5;

  private static final double NINES_STEP = 0.05;

  private Plots() {}

  /// @return whether there was anything to draw
  static boolean draw(Row row, Path directory) throws IOException {
    List<Series> drawable =
        row.series().stream().filter(each -> !each.details().isEmpty()).toList();
    if (drawable.isEmpty()) {
      return false;
    }
    save(latency(row, drawable), directory.resolve(row.key() + "-latency.svg"));
    save(timeline(row, drawable), directory.resolve(row.key() + "-timeline.svg"));
    return true;
  }

  private static XYChart latency(Row row, List<Series> drawable) {
    XYChart chart =
        chart(row.title(), "percentile as nines: 1 is 90 %, 2 is 99 %, 3 is 99.9 %", "µs");
    chart.getStyler().setYAxisLogarithmic(true);
    for (Series series : drawable) {
      Histogram histogram = series.latencies();
      List<Double> nines = new ArrayList<>();
      List<Double> latencies = new ArrayList<>();
      for (double each = 0; each <= NINES_MAX; each += NINES_STEP) {
        double percentile = 100 * (1 - Math.pow(10, -each));
        nines.add(each);
        latencies.add(Math.max(0.1, histogram.getValueAtPercentile(percentile) / 1e3));
      }
      chart.addSeries(series.name(), nines, latencies).setMarker(SeriesMarkers.NONE);
    }
    return chart;
  }

  private static XYChart timeline(Row row, List<Series> drawable) {
    XYChart chart = chart(row.title() + ", by the second", "seconds", "µs");
    chart.getStyler().setYAxisLogarithmic(true);
    chart.getStyler().setXAxisDecimalPattern("0");
    for (Series series : drawable) {
      LoadResult last = series.details().getLast();
      if (last.timeline().isEmpty()) {
        continue;
      }
      List<Double> seconds = new ArrayList<>();
      List<Double> medians = new ArrayList<>();
      List<Double> tails = new ArrayList<>();
      for (Interval each : last.timeline()) {
        seconds.add(each.endNs() / 1e9);
        medians.add(Math.max(0.1, each.p50Ns() / 1e3));
        tails.add(Math.max(0.1, each.p999Ns() / 1e3));
      }
      chart.addSeries(series.name() + " p50", seconds, medians).setMarker(SeriesMarkers.NONE);
      chart.addSeries(series.name() + " p99.9", seconds, tails).setMarker(SeriesMarkers.NONE);
    }
    return chart;
  }

  private static XYChart chart(String title, String xAxis, String yAxis) {
    XYChart chart =
        new XYChartBuilder()
            .width(WIDTH)
            .height(HEIGHT)
            .title(title)
            .xAxisTitle(xAxis)
            .yAxisTitle(yAxis)
            .build();
    chart.getStyler().setChartBackgroundColor(Color.WHITE);
    chart.getStyler().setLegendPosition(LegendPosition.OutsideS);
    return chart;
  }

  private static void save(XYChart chart, Path file) throws IOException {
    if (chart.getSeriesCollection().isEmpty()) {
      return;
    }
    VectorGraphics2D graphics = new VectorGraphics2D();
    chart.paint(graphics, WIDTH, HEIGHT);
    Document document =
        Processors.get("svg")
            .getDocument(graphics.getCommands(), new PageSize(0, 0, WIDTH, HEIGHT));
    try (OutputStream out = Files.newOutputStream(file)) {
      document.writeTo(out);
    }
  }
}
