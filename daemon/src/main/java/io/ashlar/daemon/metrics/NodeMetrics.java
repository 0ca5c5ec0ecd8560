package io.ashlar.daemon.metrics;

import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.instrumentation.jvm.JvmMetrics;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.io.IOException;
import java.io.OutputStream;
import java.util.function.Supplier;

/// All metrics of the process: the node's, and the Java machine's.
public final class NodeMetrics {
  /// The Java machine's. There is one for the process, since the library never lets go of it.
  private static final PrometheusRegistry MACHINE = new PrometheusRegistry();

  static {
    JvmMetrics.builder().register(MACHINE);
  }

  private final PrometheusRegistry registry = new PrometheusRegistry();
  private final PrometheusTextFormatWriter writer = PrometheusTextFormatWriter.create();

  public NodeMetrics(Supplier<NodeFigures> source) {
    registry.register(new NodeCollector(source));
  }

  public String contentType() {
    return writer.getContentType();
  }

  public void write(OutputStream out) throws IOException {
    MetricSnapshots.Builder all = MetricSnapshots.builder();
    registry.scrape().forEach(all::metricSnapshot);
    MACHINE.scrape().forEach(all::metricSnapshot);
    writer.write(out, all.build());
  }
}
