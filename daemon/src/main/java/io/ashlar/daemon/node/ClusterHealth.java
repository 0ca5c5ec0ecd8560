package io.ashlar.daemon.node;

import io.ashlar.control.ClusterInfo.ClusterNode;
import io.ashlar.control.HealthCode;
import io.ashlar.control.HealthCode.Severity;
import io.ashlar.control.HealthEntry;
import io.ashlar.control.TimeSpan;
import io.ashlar.daemon.cluster.ClusterMember;
import io.ashlar.daemon.cluster.DoorMessages.NodeFigures;
import io.ashlar.daemon.cluster.PeerView;
import io.ashlar.replication.metadata.ClusterState;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// What is the matter with a cluster, in sentences: what happened, to which node, and what to do.
final class ClusterHealth {
  private static final Duration EXPIRES_SOON = Duration.ofDays(60);

  /// A majority of so many goes on without one.
  private static final int NODES_ENOUGH = 3;

  private final ClusterMember member;
  private final ClusterState state;
  private final List<ClusterNode> nodes;
  private final Map<Integer, NodeFigures> figures;
  private final List<HealthEntry> entries = new ArrayList<>();

  ClusterHealth(
      ClusterMember member,
      ClusterState state,
      List<ClusterNode> nodes,
      Map<Integer, NodeFigures> figures) {
    this.member = member;
    this.state = state;
    this.nodes = nodes;
    this.figures = figures;
  }

  /// The worst of these, as one word.
  static String verdict(List<HealthEntry> entries) {
    if (entries.stream().anyMatch(each -> is(each, Severity.CRITICAL))) {
      return "HEALTH_ERR";
    }
    return entries.stream().anyMatch(each -> is(each, Severity.WARNING))
        ? "HEALTH_WARN"
        : "HEALTH_OK";
  }

  private static boolean is(HealthEntry entry, Severity severity) {
    return entry.severity().equals(severity.word());
  }

  List<HealthEntry> entries(boolean isLed) {
    if (!isLed) {
      add(HealthCode.CLUSTER_NO_QUORUM, noQuorum());
    }
    nodes.forEach(this::judge);
    sayExpiry();
    long voters = nodes.stream().filter(each -> !each.role().equals("none")).count();
    if (voters < NODES_ENOUGH) {
      add(
          HealthCode.CLUSTER_FEW_NODES,
          "%d node(s) agree on the metadata, and all must run for anything to change: let others join until there are three ('ashlar cluster token create')."
              .formatted(voters));
    }
    member
        .refused()
        .forEach(each -> add(HealthCode.CLUSTER_PEER_REFUSED, "Turned away a while ago: " + each));
    for (ClusterNode node : nodes) {
      NodeFigures its = figures.get(node.number());
      if (its != null) {
        its.node().health().forEach(each -> entries.add(of(node, each)));
      }
    }
    return entries;
  }

  private void add(HealthCode code, String sentence) {
    entries.add(code.says(sentence));
  }

  private static HealthEntry of(ClusterNode node, HealthEntry entry) {
    return new HealthEntry(
        entry.code(), entry.severity(), "Node '%s': %s".formatted(node.name(), entry.sentence()));
  }

  private String noQuorum() {
    List<String> silent =
        nodes.stream()
            .filter(each -> !each.role().equals("none") && !each.state().equals("up"))
            .map(ClusterNode::name)
            .toList();
    String what =
        "Nobody leads the cluster's metadata: volumes are served as they are, nothing can be changed, and no failure is mended.";
    return silent.isEmpty()
        ? what + " If this lasts for more than a few seconds, look at the nodes' logs."
        : what + " Start " + String.join(", ", silent) + ", or mend the network to them.";
  }

  private void judge(ClusterNode node) {
    switch (node.state()) {
      case "joining" ->
          add(
              HealthCode.CLUSTER_NODE_JOINING,
              "Node '%s' (%s) was let in and did not start since: start it, or run its 'ashlar cluster join' again with the same token."
                  .formatted(node.name(), node.address()));
      case "down", "unknown" -> add(HealthCode.CLUSTER_NODE_DOWN, down(node));
      default -> {
        if (node.role().equals("none")) {
          add(
              HealthCode.CLUSTER_NODE_JOINING,
              "Node '%s' (%s) does not vote yet: it is about to, or its log says why not."
                  .formatted(node.name(), node.address()));
        }
      }
    }
  }

  private String down(ClusterNode node) {
    PeerView view = member.network().view(node.number());
    String why = view == null || view.sentence() == null ? "" : " (" + trimmed(view) + ")";
    String since =
        node.since().isEmpty()
            ? "since this node started"
            : "for "
                + TimeSpan.format(
                    Math.max(
                        1,
                        Duration.between(Instant.parse(node.since()), Instant.now()).toSeconds()));
    String volumes =
        node.volumes() == 0
            ? ""
            : " %d volume(s) that live on it alone are not served.".formatted(node.volumes());
    String life = isFenced(node) ? " Its life %d was ended.".formatted(node.incarnation()) : "";
    return "Node '%s' (%s) cannot be reached %s%s: start it, or mend the network to it.%s%s"
        .formatted(node.name(), node.address(), since, why, volumes, life);
  }

  private static String trimmed(PeerView view) {
    String sentence = String.valueOf(view.sentence()).strip();
    return sentence.endsWith(".") ? sentence.substring(0, sentence.length() - 1) : sentence;
  }

  private boolean isFenced(ClusterNode node) {
    return state.nodes().values().stream()
        .anyMatch(
            each -> each.id().toString().equals(node.id()) && state.replication().isFenced(each));
  }

  private void sayExpiry() {
    Instant until = member.life().credentials().certificate().getNotAfter().toInstant();
    if (until.isBefore(Instant.now().plus(EXPIRES_SOON))) {
      add(
          HealthCode.CERTIFICATE_EXPIRES,
          "This node's certificate expires at %s, and no other node believes it then."
              .formatted(until));
    }
  }
}
