package io.ashlar.daemon.demo;

import io.ashlar.cli.CommandFailure;
import io.ashlar.cli.ExitCode;
import io.ashlar.control.TimeSpan;
import java.io.PrintWriter;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `ashlar demo cluster`.
@Command(
    name = "cluster",
    mixinStandardHelpOptions = true,
    description =
        "Start three nodes, make them a cluster, lose one and take it back; then remove all of it.")
final class DemoClusterCommand implements Runnable {
  /// What keeps the nodes apart.
  enum Network {
    /// Namespaces for root, else loopback addresses.
    AUTO,
    NAMESPACES,
    LOOPBACK
  }

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli injects it
  private CommandSpec spec;

  @Option(
      names = "--network",
      paramLabel = "KIND",
      defaultValue = "auto",
      description =
          "Where the nodes are: namespaces (for root), loopback, or auto, which takes the first that"
              + " can be had. Default: ${DEFAULT-VALUE}.")
  private Network network = Network.AUTO;

  @Option(
      names = "--keep",
      paramLabel = "TIME",
      defaultValue = "0",
      description =
          "For how long to leave the cluster running at the end, such as 30m; Ctrl-C ends it before.")
  private String keep = "0";

  @Override
  public void run() {
    PrintWriter out = spec.commandLine().getOut();
    long keepSeconds;
    try {
      keepSeconds = TimeSpan.parseSeconds(keep);
    } catch (IllegalArgumentException none) {
      throw new CommandFailure(
          "invalid-argument", "'" + keep + "' is no time, such as 30m.", ExitCode.USAGE);
    }
    try (DemoCluster demo = DemoCluster.prepare(network, out)) {
      Runtime.getRuntime().addShutdownHook(new Thread(demo::close, "demo-end"));
      demo.run();
      if (keepSeconds > 0) {
        demo.keep(TimeUnit.SECONDS.toMillis(keepSeconds));
      }
    } catch (DemoException failed) {
      throw new CommandFailure("demo-failed", String.valueOf(failed.getMessage()), ExitCode.FAILED);
    }
  }
}
