package io.ashlar.daemon.command;

import io.ashlar.cli.CommandFailure;
import io.ashlar.cli.ExitCode;
import io.ashlar.cli.Version;
import io.ashlar.control.NodeInfo;
import io.ashlar.daemon.config.DaemonOptions;
import io.ashlar.daemon.log.LogSetup;
import io.ashlar.daemon.node.Daemon;
import io.ashlar.daemon.node.PoolClaim;
import io.ashlar.daemon.node.StartException;
import io.ashlar.daemon.systemd.ServiceNotifier;
import java.io.PrintWriter;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `ashlar up`: runs a node in the foreground until it is told to stop.
@Command(
    name = "up",
    mixinStandardHelpOptions = true,
    description =
        "Start a node in the foreground. At first start it makes its data directory, keys and pool;"
            + " Ctrl-C stops it.")
public final class UpCommand implements Runnable {
  /// Ends the process when the shard is broken: the store recovers at the next start.
  private static final int EXIT_BROKEN = 70;

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli injects it
  private CommandSpec spec;

  @Mixin private final ConfigOptions config = new ConfigOptions();

  @Option(
      names = "--adopt-pool",
      description =
          "Take over a pool that the metadata does not know, after the metadata was lost: its"
              + " volumes come back, closed to all hosts.")
  private boolean adoptPool;

  @Override
  public void run() {
    DaemonOptions options = config.read();
    LogSetup.apply(options.logging().level(), options.logging().format());
    PrintWriter out = spec.commandLine().getOut();
    say(out, "Ashlar " + Version.text());
    ServiceNotifier service = new ServiceNotifier(System.getenv("NOTIFY_SOCKET"));
    Daemon node = start(options, out, service);
    Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(node, out, service), "stop"));
    welcome(node.info(), options, out);
    service.ready("Serving " + node.info().volumes() + " volumes");
    waitForTheEnd();
  }

  private static void say(PrintWriter out, String line) {
    out.println(line);
    out.flush();
  }

  private Daemon start(DaemonOptions options, PrintWriter out, ServiceNotifier service) {
    try {
      return Daemon.start(
          options,
          adoptPool ? PoolClaim.ADOPT : PoolClaim.OWN_ONLY,
          sentence -> {
            say(out, "  " + sentence);
            service.status(sentence);
          },
          broken -> Runtime.getRuntime().halt(EXIT_BROKEN));
    } catch (StartException refused) {
      throw new CommandFailure(
          refused.code(), String.valueOf(refused.getMessage()), ExitCode.UNAVAILABLE);
    }
  }

  private static void stop(Daemon node, PrintWriter out, ServiceNotifier service) {
    service.stopping();
    say(out, "Stopping …");
    node.close();
    say(out, "Stopped; everything that was acknowledged is on the disk.");
  }

  private static void welcome(NodeInfo node, DaemonOptions options, PrintWriter out) {
    out.println("Node '" + node.name() + "' serves " + node.volumes() + " volume(s).");
    for (NodeInfo.Endpoint endpoint : node.endpoints()) {
      out.println("  %-15s %s".formatted(endpoint.service(), endpoint.address()));
    }
    out.println("  %-15s %s".formatted("data", options.storage().dataDirectory().toAbsolutePath()));
    node.health()
        .forEach(each -> out.println("  %s: %s".formatted(each.severity(), each.sentence())));
    out.println(
        node.volumes() == 0
            ? "Next: ./ashlar volume create db --size 20GiB"
            : "Next: ./ashlar volume list");
    say(out, "Ctrl-C stops the node.");
  }

  private static void waitForTheEnd() {
    try {
      new CountDownLatch(1).await();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
