package io.ashlar.daemon.node;

import io.ashlar.control.ClusterInfo;
import io.ashlar.control.ClusterInfo.ClusterNode;
import io.ashlar.control.ClusterInfo.ClusterPool;
import io.ashlar.control.HealthEntry;
import io.ashlar.control.PoolInfo;
import io.ashlar.core.volume.VolumeId;
import io.ashlar.daemon.cluster.ClusterMember;
import io.ashlar.daemon.cluster.DoorMessages.NodeFigures;
import io.ashlar.daemon.cluster.PeerView;
import io.ashlar.replication.metadata.ClusterState;
import io.ashlar.replication.metadata.DeviceMetadata;
import io.ashlar.replication.metadata.NodeMetadata;
import io.ashlar.replication.metadata.NodePlace;
import io.ashlar.replication.metadata.ReplicaGroup;
import io.ashlar.replication.metadata.raft.RaftMember;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The cluster as this node sees it, gathered when somebody asks: who is there by its own network,
/// how they are by asking them.
final class ClusterReport {
  private final ClusterMember member;
  private final Supplier<NodeFigures> own;

  /// @param own this node's figures
  ClusterReport(ClusterMember member, Supplier<NodeFigures> own) {
    this.member = member;
    this.own = own;
  }

  /// What a node that is in no cluster says.
  static ClusterInfo alone(@Nullable UUID cluster, NodeFigures figures) {
    ClusterNode self =
        new ClusterNode(
            0,
            "",
            figures.node().name(),
            "",
            "",
            0,
            "up",
            figures.node().startedAt(),
            "none",
            true,
            figures.node().version(),
            figures.node().volumes(),
            pool(figures.pool()));
    return new ClusterInfo(
        ClusterInfo.ALONE,
        cluster == null ? "" : cluster.toString(),
        ClusterHealth.verdict(figures.node().health()),
        "",
        figures.node().volumes(),
        List.of(self),
        figures.node().health());
  }

  private static ClusterPool pool(PoolInfo pool) {
    return new ClusterPool(
        pool.device(), pool.state(), pool.capacityBytes(), pool.usedBytes(), pool.freeBytes());
  }

  ClusterInfo report() {
    ClusterState state = member.metadata().state();
    Map<Integer, NodeFigures> figures = figures(state);
    UUID leader = member.metadata().leader();
    Set<UUID> voters = new HashSet<>();
    for (RaftMember each : member.metadata().members()) {
      voters.add(each.node());
    }
    Map<UUID, Integer> volumes = volumesByNode(state);
    List<ClusterNode> nodes = new ArrayList<>();
    for (NodeMetadata each : state.nodes().values()) {
      if (each.place() != null) {
        nodes.add(node(each, figures, volumes, roleOf(each, leader, voters)));
      }
    }
    nodes.sort(Comparator.comparingInt(ClusterNode::number));
    NodeMetadata leading = leader == null ? null : state.nodes().get(leader);
    List<HealthEntry> health =
        new ClusterHealth(member, state, nodes, figures).entries(leading != null);
    return new ClusterInfo(
        ClusterInfo.MEMBER,
        member.membership().cluster().toString(),
        ClusterHealth.verdict(health),
        leading == null ? "" : leading.name(),
        state.volumes().size(),
        nodes,
        health);
  }

  private static String roleOf(NodeMetadata node, @Nullable UUID leader, Set<UUID> voters) {
    if (node.id().equals(leader)) {
      return "leader";
    }
    return voters.contains(node.id()) ? "voter" : "none";
  }

  private Map<Integer, NodeFigures> figures(ClusterState state) {
    List<NodeMetadata> reachable = new ArrayList<>();
    for (NodeMetadata each : state.nodes().values()) {
      NodePlace place = each.place();
      PeerView view = place == null ? null : member.network().view(place.number());
      if (view != null && view.isUp()) {
        reachable.add(each);
      }
    }
    Map<Integer, NodeFigures> all = new HashMap<>(member.figuresOf(reachable));
    all.put(member.membership().number(), own.get());
    return all;
  }

  private ClusterNode node(
      NodeMetadata node,
      Map<Integer, NodeFigures> figures,
      Map<UUID, Integer> volumes,
      String role) {
    NodePlace place = Objects.requireNonNull(node.place());
    boolean isSelf = place.number() == member.membership().number();
    NodeFigures its = figures.get(place.number());
    PeerView view = member.network().view(place.number());
    String host = place.host().contains(":") ? "[" + place.host() + "]" : place.host();
    return new ClusterNode(
        place.number(),
        node.id().toString(),
        node.name(),
        place.zone(),
        host + ":" + place.doorPort(),
        node.incarnation(),
        isSelf ? "up" : stateOf(node, view),
        since(isSelf, its, view),
        role,
        isSelf,
        its == null ? "" : its.node().version(),
        volumes.getOrDefault(node.id(), 0),
        its == null ? null : pool(its.pool()));
  }

  private static String stateOf(NodeMetadata node, @Nullable PeerView view) {
    if (node.incarnation() == 0) {
      return "joining";
    }
    if (view == null) {
      return "unknown";
    }
    return view.isUp() ? "up" : "down";
  }

  private static String since(
      boolean isSelf, @Nullable NodeFigures figures, @Nullable PeerView view) {
    if (isSelf && figures != null) {
      return figures.node().startedAt();
    }
    return view == null ? "" : Instant.ofEpochMilli(view.sinceMillis()).toString();
  }

  private static Map<UUID, Integer> volumesByNode(ClusterState state) {
    Map<UUID, UUID> nodeByDevice = new HashMap<>();
    for (DeviceMetadata device : state.devices().values()) {
      nodeByDevice.put(device.incarnation(), device.node());
    }
    Map<UUID, Integer> count = new HashMap<>();
    for (VolumeId each : state.volumes().keySet()) {
      ReplicaGroup group = state.replication().groups().get(each);
      for (UUID device : group == null ? Set.<UUID>of() : group.members()) {
        UUID node = nodeByDevice.get(device);
        if (node != null) {
          count.merge(node, 1, Integer::sum);
        }
      }
    }
    return count;
  }
}
