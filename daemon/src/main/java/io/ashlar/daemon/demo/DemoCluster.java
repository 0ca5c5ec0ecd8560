package io.ashlar.daemon.demo;

import io.ashlar.cli.CommandRunner;
import io.ashlar.control.ClusterInfo;
import io.ashlar.control.ControlClient;
import io.ashlar.control.ControlException;
import io.ashlar.daemon.demo.DemoClusterCommand.Network;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import java.util.stream.Stream;

/// Three nodes on one machine: made a cluster, one lost and taken back, all removed. Every wait has
/// an end.
final class DemoCluster implements AutoCloseable {
  private static final int NODES = 3;
  private static final long STEP_NS_MAX = TimeUnit.SECONDS.toNanos(90);
  private static final long POLL_NS = TimeUnit.MILLISECONDS.toNanos(100);
  private static final int LOG_LINES = 15;

  private final PrintWriter out;
  private final Path directory;
  private final DemoNetwork network;
  private final List<DemoNode> nodes = new ArrayList<>();
  private boolean isClosed;

  private DemoCluster(PrintWriter out, Path directory, DemoNetwork network) {
    this.out = out;
    this.directory = directory;
    this.network = network;
    for (int i = 0; i < NODES; i++) {
      nodes.add(new DemoNode(network, i, directory));
    }
  }

  /// Makes the directory and the network.
  static DemoCluster prepare(Network kind, PrintWriter out) throws DemoException {
    DemoNetwork network = network(kind, out);
    try {
      return new DemoCluster(out, Files.createTempDirectory("ashlar-demo-"), network);
    } catch (IOException refused) {
      network.close();
      throw new DemoException("No temporary directory can be made: " + refused + ".", refused);
    }
  }

  private static DemoNetwork network(Network kind, PrintWriter out) throws DemoException {
    if (kind == Network.LOOPBACK) {
      return new LoopbackNetwork();
    }
    try {
      return NamespaceNetwork.make(NODES);
    } catch (DemoException refused) {
      if (kind == Network.NAMESPACES) {
        throw refused;
      }
      out.println("Network namespaces cannot be made here: loopback addresses do as well.");
      return new LoopbackNetwork();
    }
  }

  /// All of it, but the end.
  void run() throws DemoException {
    DemoNode a = nodes.getFirst();
    DemoNode c = nodes.getLast();
    say("Three nodes, a, b and c, on %s, below %s:".formatted(network.title(), directory));
    for (DemoNode each : nodes) {
      each.start();
    }
    for (DemoNode each : nodes) {
      var _ = await(each, info -> true);
    }
    become(a);
    for (DemoNode each : nodes.subList(1, NODES)) {
      join(each, a);
    }
    for (DemoNode each : nodes) {
      var _ = await(each, DemoCluster::isWhole);
    }
    show(a, "cluster", "status");
    show(nodes.get(1), "volume", "create", "db", "--size", "1GiB");
    say("\n# kill -9 of node c");
    c.kill();
    var _ = await(a, info -> isDown(info, c));
    show(a, "cluster", "status");
    say("\n# node c starts again");
    c.start();
    var _ = await(a, DemoCluster::isWhole);
    show(a, "cluster", "status");
  }

  private void become(DemoNode first) throws DemoException {
    say("\n" + first.name() + "$ ashlar cluster init");
    try (ControlClient client = first.client()) {
      client.initCluster();
    }
    var _ = await(first, info -> info.state().equals(ClusterInfo.MEMBER));
  }

  private void join(DemoNode joining, DemoNode by) throws DemoException {
    say(
        "%s$ ashlar cluster token create | ssh %s ashlar cluster join -"
            .formatted(by.name(), joining.name()));
    String token;
    try (ControlClient client = by.client()) {
      token = client.giveToken(TimeUnit.HOURS.toSeconds(1)).token();
    }
    try (ControlClient client = joining.client()) {
      client.joinCluster(token);
    }
    var _ = await(joining, info -> info.state().equals(ClusterInfo.MEMBER));
  }

  private static boolean isWhole(ClusterInfo info) {
    return info.nodes().size() == NODES
        && info.health().isEmpty()
        && info.nodes().stream().allMatch(each -> each.pool() != null);
  }

  private static boolean isDown(ClusterInfo info, DemoNode node) {
    return !info.leader().isEmpty()
        && info.nodes().stream()
            .anyMatch(each -> each.name().equals(node.name()) && each.state().equals("down"));
  }

  private void say(String line) {
    out.println(line);
    out.flush();
  }

  /// Runs a command on a node, as a user would.
  private void show(DemoNode node, String... command) {
    say("\n" + node.name() + "$ ashlar " + String.join(" ", command));
    List<String> arguments = new ArrayList<>(List.of(command));
    arguments.addAll(List.of("--api", node.api()));
    int _ = new CommandRunner(out, out).run(arguments.toArray(String[]::new));
    out.flush();
  }

  private ClusterInfo await(DemoNode node, Predicate<ClusterInfo> isSo) throws DemoException {
    long untilNs = System.nanoTime() + STEP_NS_MAX;
    while (System.nanoTime() - untilNs < 0) {
      if (!node.isRunning()) {
        break;
      }
      try (ControlClient client = node.client()) {
        ClusterInfo info = client.cluster();
        if (isSo.test(info)) {
          return info;
        }
      } catch (ControlException startingAgain) {
        // It answers when it serves.
      }
      LockSupport.parkNanos(POLL_NS);
    }
    throw new DemoException(
        "Node '%s' did not get there in time, or ended. The last it said:\n%s"
            .formatted(node.name(), node.lastLines(LOG_LINES)));
  }

  /// Leaves it running for a while.
  void keep(long ms) throws DemoException {
    say("\nThe cluster runs on for a while; Ctrl-C takes it down. Ask it in another terminal:");
    for (DemoNode each : nodes) {
      say("  ./ashlar cluster status --api " + each.api());
    }
    try {
      Thread.sleep(ms);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new DemoException("Interrupted.", interrupted);
    }
  }

  /// Ends the nodes and removes all that was made. Again does nothing.
  @Override
  public synchronized void close() {
    if (isClosed) {
      return;
    }
    isClosed = true;
    say("\nTaking it down …");
    for (DemoNode each : nodes) {
      try {
        each.stop();
      } catch (DemoException interrupted) {
        // The others are ended too.
      }
    }
    network.close();
    try (Stream<Path> tree = Files.walk(directory)) {
      for (Path each : tree.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(each);
      }
      say("Nothing is left of it.");
    } catch (IOException left) {
      say("%s could not be removed whole: %s.".formatted(directory, left.getMessage()));
    }
  }
}
