package io.ashlar.cli;

import io.ashlar.control.ClusterInfo.ClusterNode;
import io.ashlar.control.ControlClient;
import io.ashlar.control.NodeInfo;
import java.io.PrintWriter;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// `ashlar node …`.
@Command(
    name = "node",
    mixinStandardHelpOptions = true,
    description = "The node, and the others of its cluster.",
    subcommands = {NodeCommand.Status.class, NodeCommand.ListAll.class, NodeCommand.Show.class})
final class NodeCommand extends NounCommand {
  /// `ashlar node list`.
  @Command(
      name = "list",
      aliases = "ls",
      mixinStandardHelpOptions = true,
      description = "List the nodes of the cluster.")
  static final class ListAll implements Runnable {
    @Mixin private final NodeOption node = new NodeOption();
    @Mixin private final OutputOption output = new OutputOption();

    @Override
    public void run() {
      List<ClusterNode> nodes = node.call(ControlClient::cluster).nodes();
      output.printer().print(nodes, out -> ClusterText.nodes(nodes, out));
    }
  }

  /// `ashlar node show`.
  @Command(
      name = "show",
      mixinStandardHelpOptions = true,
      description = "Show a node of the cluster, as this one sees it.")
  static final class Show implements Runnable {
    @Mixin private final NodeOption node = new NodeOption();
    @Mixin private final OutputOption output = new OutputOption();

    @Parameters(index = "0", paramLabel = "NODE", description = "Name, number or id.")
    @SuppressWarnings("NullAway.Init") // picocli injects it
    private String name;

    @Override
    public void run() {
      ClusterNode found = ClusterCommand.find(node.call(ControlClient::cluster), name);
      output.printer().print(found, out -> ClusterText.node(found, out));
    }
  }

  /// `ashlar node status`.
  @Command(
      name = "status",
      mixinStandardHelpOptions = true,
      description = "Show whether the node serves, and where it listens.")
  static final class Status implements Runnable {
    @Mixin private final NodeOption node = new NodeOption();
    @Mixin private final OutputOption output = new OutputOption();

    @Override
    public void run() {
      NodeInfo info = node.call(ControlClient::node);
      output.printer().print(info, out -> print(info, out));
    }

    private static void print(NodeInfo info, PrintWriter out) {
      Fields fields =
          new Fields()
              .add("Node", info.name())
              .add("Version", info.version())
              .add("State", info.state())
              .add("Started", info.startedAt())
              .add("Shards", info.shards())
              .add("Volumes", info.volumes());
      for (NodeInfo.Endpoint endpoint : info.endpoints()) {
        fields.add("Listens", endpoint.service() + " " + endpoint.address());
      }
      fields.health(info.health());
      fields.print(out);
    }
  }
}
