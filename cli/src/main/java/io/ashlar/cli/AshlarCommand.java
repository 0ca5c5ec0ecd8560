package io.ashlar.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// The root of all commands.
@Command(
    name = "ashlar",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = "Block volumes from local disks, over NVMe/TCP and iSCSI.",
    footer = {
      "",
      "Exit codes: 0 done, 1 failed, 2 wrong usage or configuration, 3 not found, 4 conflict,",
      "5 no room, 6 not authorized, 7 node unavailable.",
      "Errors are printed as 'error[code]: what happened and what to do'."
    },
    subcommands = {
      VolumeCommand.class,
      QosCommand.class,
      HostCommand.class,
      PoolCommand.class,
      NodeCommand.class,
      ClusterCommand.class,
      BenchCommand.class,
      CompletionCommand.class
    })
public final class AshlarCommand implements Runnable {
  @Spec
  @SuppressWarnings("NullAway.Init") // picocli injects it
  private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "Say what to do: a noun and a verb.");
  }
}
