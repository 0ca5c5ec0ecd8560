package io.ashlar.cli;

import io.ashlar.control.QosLimits;
import io.ashlar.control.VolumeInfo;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `ashlar qos …`.
@Command(
    name = "qos",
    mixinStandardHelpOptions = true,
    description = "Limits of volumes.",
    subcommands = QosCommand.Set.class)
final class QosCommand extends NounCommand {
  /// `ashlar qos set`.
  @Command(
      name = "set",
      mixinStandardHelpOptions = true,
      description = "Limit a volume, at once and online; what is not given stays as it is.")
  static final class Set implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli injects it
    private CommandSpec spec;

    @Mixin private final NodeOption node = new NodeOption();
    @Mixin private final OutputOption output = new OutputOption();
    @Mixin private final QosOptions limits = new QosOptions();

    @Parameters(paramLabel = "VOLUME", description = "Name or id.")
    @SuppressWarnings("NullAway.Init") // picocli injects it
    private String volume;

    @Override
    public void run() {
      if (limits.isEmpty()) {
        throw new ParameterException(
            spec.commandLine(), "Say what to limit: --iops, --bandwidth or --burst-ms.");
      }
      VolumeInfo info =
          node.call(client -> {
            QosLimits present = client.volume(volume).qos();
            return client.limitVolume(volume, limits.over(present));
          });
      output.printer().print(info, out -> VolumeText.details(info, out));
    }
  }
}
