package io.ashlar.daemon.admin;

import java.io.IOException;
import java.io.OutputStream;

/// Where `/metrics` comes from.
public interface MetricsSource {
  /// The media type of what [#write] writes.
  String contentType();

  /// Writes all metrics in Prometheus's text format.
  void write(OutputStream out) throws IOException;
}
