package io.ashlar.replication.cluster;

import io.ashlar.replication.metadata.GroupBasis;
import io.ashlar.replication.metadata.ReplicaCommand.HandOver;
import io.ashlar.simulation.DiskFault;
import io.ashlar.simulation.network.NetworkFault;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.UUID;

/// Does things to a simulated cluster, one after another and several at once, each for a while.
final class Nemesis {
  /// What may be done.
  enum Fault {
    POWER_LOSS,
    KILL,
    PAUSE,
    ALL_KILLED,
    CUT_ONE_WAY,
    CUT_BOTH_WAYS,
    ISOLATED,
    CLOGGED,
    MESSAGES_LOST,
    MESSAGES_LATE,
    MESSAGES_OVERTAKEN,
    MESSAGES_DOUBLED,
    CONNECTIONS_RESET,
    DISK_SLOW,
    DISK_REQUEST_SLOW,
    DISK_STUCK,
    DISK_WRITE_ERROR,
    METADATA_LEADER_LOST,
    HAND_OVER
  }

  private record Ending(long atNs, Runnable end) {}

  private static final long PAUSE_NS_MAX = 4_000_000;
  private static final long LAST_NS_MAX = 12_000_000;

  private final ClusterRig rig;
  private final SplittableRandom dice;
  private final List<Ending> endings = new ArrayList<>();
  private final Map<Fault, Integer> counts = new EnumMap<>(Fault.class);
  private long nextNs;

  Nemesis(ClusterRig rig) {
    this.rig = rig;
    dice = rig.dice.split();
  }

  int faults() {
    return counts.values().stream().mapToInt(Integer::intValue).sum();
  }

  Map<Fault, Integer> counts() {
    return counts;
  }

  void turn() {
    long nowNs = rig.clock.nanoTime();
    for (Ending each : List.copyOf(endings)) {
      if (nowNs >= each.atNs) {
        endings.remove(each);
        each.end.run();
      }
    }
    if (nowNs >= nextNs) {
      nextNs = nowNs + dice.nextLong(PAUSE_NS_MAX);
      Fault fault = Fault.values()[dice.nextInt(Fault.values().length)];
      counts.merge(fault, 1, Integer::sum);
      begin(fault, nowNs);
    }
  }

  /// Everything ends that was done.
  void end() {
    endings.clear();
    rig.onTurn = this::calm;
    rig.heal();
    for (int node = 1; node <= ClusterRig.NODES; node++) {
      rig.pause(node, false);
      rig.disk(node).unstick();
      rig.disk(node).latency(0, 100_000);
      rig.start(node);
    }
  }

  /// A fault that waited for a request may have met one after the end.
  private void calm() {
    for (int node = 1; node <= ClusterRig.NODES; node++) {
      rig.disk(node).unstick();
    }
  }

  private void until(long nowNs, Runnable end) {
    endings.add(new Ending(nowNs + dice.nextLong(LAST_NS_MAX), end));
  }

  private void begin(Fault fault, long nowNs) {
    int node = 1 + dice.nextInt(ClusterRig.NODES);
    int other = 1 + (node + dice.nextInt(ClusterRig.NODES - 1)) % ClusterRig.NODES;
    switch (fault) {
      case POWER_LOSS -> {
        rig.crash(node);
        until(nowNs, () -> rig.start(node));
      }
      case KILL -> kill(node, nowNs);
      case ALL_KILLED -> {
        for (int each = 1; each <= ClusterRig.NODES; each++) {
          kill(each, nowNs);
        }
      }
      case PAUSE -> {
        rig.pause(node, true);
        until(nowNs, () -> rig.pause(node, false));
      }
      case CUT_ONE_WAY -> {
        rig.cut(node, other);
        until(nowNs, rig::heal);
      }
      case CUT_BOTH_WAYS -> {
        rig.cut(node, other);
        rig.cut(other, node);
        until(nowNs, rig::heal);
      }
      case ISOLATED -> {
        rig.isolate(node);
        until(nowNs, rig::heal);
      }
      case CLOGGED -> rig.network.clog(node, other, nowNs + dice.nextLong(LAST_NS_MAX));
      case MESSAGES_LOST -> rate(NetworkFault.LOST, nowNs);
      case MESSAGES_LATE -> rate(NetworkFault.LATE, nowNs);
      case MESSAGES_OVERTAKEN -> rate(NetworkFault.OVERTAKEN, nowNs);
      case MESSAGES_DOUBLED -> rate(NetworkFault.DOUBLED, nowNs);
      case CONNECTIONS_RESET -> rate(NetworkFault.RESET, nowNs);
      case DISK_SLOW -> {
        rig.disk(node).latency(0, dice.nextLong(5_000_000));
        until(nowNs, () -> rig.disk(node).latency(0, 100_000));
      }
      case DISK_REQUEST_SLOW -> onServing(node, DiskFault.SLOW);
      case DISK_STUCK -> {
        onServing(node, DiskFault.STUCK);
        until(nowNs, () -> rig.disk(node).unstick());
      }
      case DISK_WRITE_ERROR -> onServing(node, DiskFault.WRITE_ERROR);
      case METADATA_LEADER_LOST -> rig.metadata.depose(nowNs);
      case HAND_OVER -> handOver(node);
    }
  }

  private void kill(int node, long nowNs) {
    rig.kill(node);
    until(nowNs, () -> rig.start(node));
  }

  /// Not while a node starts: it would not.
  private void onServing(int node, DiskFault fault) {
    if (rig.alive(node) != null) {
      rig.disk(node).faultNext(fault);
    }
  }

  private void rate(NetworkFault fault, long nowNs) {
    rig.network.rate(fault, dice.nextInt(60_000));
    until(nowNs, () -> rig.network.rate(fault, 0));
  }

  private void handOver(int node) {
    ClusterNode from = rig.alive(node);
    if (from == null) {
      return;
    }
    UUID to = ClusterRig.deviceOf(1 + dice.nextInt(ClusterRig.NODES));
    rig.metadata
        .known(node)
        .replication()
        .groups()
        .forEach((id, group) ->
            rig.propose(
                from, new HandOver(GroupBasis.of(id, group), to), (status, sentence) -> {}));
  }
}
