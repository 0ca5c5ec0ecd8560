package io.ashlar.daemon.demo;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// `ashlar demo …`.
@Command(
    name = "demo",
    mixinStandardHelpOptions = true,
    description = "Set something up on this machine, show it, and take it down again.",
    subcommands = DemoClusterCommand.class)
public final class DemoCommand implements Runnable {
  @Spec
  @SuppressWarnings("NullAway.Init") // picocli injects it
  private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "Say what to demonstrate: cluster.");
  }
}
