package io.ashlar.cli;

import io.ashlar.control.QosLimits;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// The options that limit a volume.
final class QosOptions {
  @Option(names = "--iops", paramLabel = "N", description = "Requests per second; 0: no limit.")
  private @Nullable Long iops;

  @Option(
      names = "--bandwidth",
      paramLabel = "SIZE",
      converter = SizeConverter.class,
      description = "Payload per second, such as 200MiB; 0: no limit.")
  private @Nullable Long bytesPerSecond;

  @Option(
      names = "--burst-ms",
      paramLabel = "MS",
      description = "How long an idle volume may go beyond its rate, in ms; at most 60000.")
  private @Nullable Integer burstMillis;

  /// The limits as given, over those that hold now.
  QosLimits over(QosLimits present) {
    return new QosLimits(
        iops == null ? present.iops() : iops,
        bytesPerSecond == null ? present.bytesPerSecond() : bytesPerSecond,
        burstMillis == null ? present.burstMillis() : burstMillis);
  }

  boolean isEmpty() {
    return iops == null && bytesPerSecond == null && burstMillis == null;
  }
}
