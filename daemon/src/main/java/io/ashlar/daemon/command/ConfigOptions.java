package io.ashlar.daemon.command;

import io.ashlar.cli.CommandFailure;
import io.ashlar.cli.ExitCode;
import io.ashlar.daemon.config.ConfigException;
import io.ashlar.daemon.config.ConfigSources;
import io.ashlar.daemon.config.DaemonOptions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// `--config`, `--data` and `--set`: where the daemon's configuration comes from.
final class ConfigOptions {
  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "Configuration file. Default: /etc/ashlar/ashlar.yaml, if there is one.")
  private @Nullable Path file;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      defaultValue = "${env:ASHLAR_DATA}",
      description = "Data directory (or ASHLAR_DATA); short for --set data.directory=DIR.")
  private @Nullable Path data;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "Set an option, such as nvme.port=4421; repeat for more.")
  private List<String> settings = List.of();

  /// The checked options.
  ///
  /// @throws CommandFailure that lists everything that is wrong
  DaemonOptions read() {
    List<String> all = new ArrayList<>();
    if (data != null) {
      all.add("data.directory=" + data);
    }
    all.addAll(settings);
    Map<String, String> environment = System.getenv();
    try {
      return DaemonOptions.read(new ConfigSources(file, environment, all));
    } catch (ConfigException wrong) {
      throw new CommandFailure(
          "invalid-configuration",
          wrong.sentences().size()
              + " thing(s) to correct:\n  "
              + String.join("\n  ", wrong.sentences()),
          ExitCode.USAGE);
    }
  }
}
