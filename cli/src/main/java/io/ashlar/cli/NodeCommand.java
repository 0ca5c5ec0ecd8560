package io.ashlar.cli;

import io.ashlar.control.ControlClient;
import io.ashlar.control.NodeInfo;
import java.io.PrintWriter;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// `ashlar node …`.
@Command(
    name = "node",
    mixinStandardHelpOptions = true,
    description = "The node.",
    subcommands = NodeCommand.Status.class)
final class NodeCommand extends NounCommand {
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
