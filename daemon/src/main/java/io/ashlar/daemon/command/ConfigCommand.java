package io.ashlar.daemon.command;

import io.ashlar.daemon.config.ConfigReference;
import io.ashlar.daemon.config.DaemonOptions;
import java.io.PrintWriter;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// `ashlar config …`.
@Command(
    name = "config",
    mixinStandardHelpOptions = true,
    description = "The daemon's configuration.",
    subcommands = {ConfigCommand.Check.class, ConfigCommand.Reference.class})
public final class ConfigCommand implements Runnable {
  @Spec
  @SuppressWarnings("NullAway.Init") // picocli injects it
  private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "Say what to do with it: check, reference.");
  }

  /// `ashlar config check`.
  @Command(
      name = "check",
      mixinStandardHelpOptions = true,
      description = "Read the configuration as the daemon would, and name everything wrong.")
  static final class Check implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli injects it
    private CommandSpec spec;

    @Mixin private final ConfigOptions options = new ConfigOptions();

    @Override
    public void run() {
      DaemonOptions checked = options.read();
      PrintWriter out = spec.commandLine().getOut();
      out.println("The configuration is good.");
      out.println("  pool       " + checked.storage().poolDevice());
      out.println("  management " + checked.management());
      out.println("  NVMe/TCP   " + checked.nvme().listen());
      out.println("  iSCSI      " + checked.iscsi().listen());
      out.flush();
    }
  }

  /// `ashlar config reference`.
  @Command(
      name = "reference",
      mixinStandardHelpOptions = true,
      description = "Print every option, its default and its meaning, as Markdown.")
  static final class Reference implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli injects it
    private CommandSpec spec;

    @Override
    public void run() {
      spec.commandLine().getOut().print(ConfigReference.markdown());
      spec.commandLine().getOut().flush();
    }
  }
}
