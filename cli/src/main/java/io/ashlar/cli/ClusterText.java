package io.ashlar.cli;

import io.ashlar.control.ByteSize;
import io.ashlar.control.ClusterInfo;
import io.ashlar.control.ClusterInfo.ClusterNode;
import io.ashlar.control.ClusterInfo.ClusterPool;
import io.ashlar.control.HealthEntry;
import java.io.PrintWriter;
import java.util.List;

/// A cluster and its nodes, for people.
final class ClusterText {
  private static final String NOTHING = "-";

  private ClusterText() {}

  static void status(ClusterInfo info, PrintWriter out) {
    out.println(info.verdict());
    for (HealthEntry each : info.health()) {
      out.println("  " + each.severity() + ": " + each.sentence());
    }
    out.println();
    boolean isAlone = info.state().equals(ClusterInfo.ALONE);
    new Fields()
        .add("Cluster", isAlone ? "none; this node is alone" : info.id())
        .add("Leader", info.leader().isEmpty() ? (isAlone ? NOTHING : "nobody") : info.leader())
        .add("Volumes", info.volumes())
        .print(out);
    out.println();
    nodes(info.nodes(), out);
    if (isAlone) {
      out.println();
      out.println("Next: 'ashlar cluster init' here, or 'ashlar cluster join' with a token.");
    }
  }

  static void nodes(List<ClusterNode> nodes, PrintWriter out) {
    Table table =
        new Table(
            "NODE", "NAME", "ADDRESS", "ZONE", "STATE", "ROLE", "LIFE", "VOLUMES", "FREE", "POOL");
    for (ClusterNode each : nodes) {
      ClusterPool pool = each.pool();
      table.row(
          each.number() == 0 ? NOTHING : String.valueOf(each.number()),
          each.name() + (each.self() ? " *" : ""),
          orNothing(each.address()),
          orNothing(each.zone()),
          each.state(),
          each.role(),
          String.valueOf(each.incarnation()),
          String.valueOf(each.volumes()),
          pool == null
              ? NOTHING
              : ByteSize.format(pool.freeBytes()) + " of " + ByteSize.format(pool.capacityBytes()),
          pool == null ? NOTHING : pool.state());
    }
    table.print(out);
  }

  private static String orNothing(String text) {
    return text.isEmpty() ? NOTHING : text;
  }

  static void node(ClusterNode node, PrintWriter out) {
    ClusterPool pool = node.pool();
    Fields fields =
        new Fields()
            .add("Node", node.name())
            .add("Number", node.number())
            .add("Id", orNothing(node.id()))
            .add("Address", orNothing(node.address()))
            .add("Zone", orNothing(node.zone()))
            .add("State", node.state() + (node.since().isEmpty() ? "" : " since " + node.since()))
            .add("Role", node.role())
            .add("Life", node.incarnation())
            .add("Version", orNothing(node.version()))
            .add("Volumes", node.volumes());
    if (pool != null) {
      fields
          .add("Device", pool.device())
          .add("Pool", pool.state())
          .add("Capacity", ByteSize.format(pool.capacityBytes()))
          .add("Used", ByteSize.format(pool.usedBytes()))
          .add("Free", ByteSize.format(pool.freeBytes()));
    }
    fields.print(out);
  }
}
