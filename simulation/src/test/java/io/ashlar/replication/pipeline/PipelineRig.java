package io.ashlar.replication.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.ashlar.core.base.Check;
import io.ashlar.core.format.VolumeEntry;
import io.ashlar.core.store.StoreRig;
import io.ashlar.core.volume.VolumeId;
import io.ashlar.replication.lease.LeaseTerms;
import io.ashlar.replication.link.LinkOptions;
import io.ashlar.replication.transport.Transport;
import io.ashlar.simulation.CrashChoice;
import io.ashlar.simulation.SimulatedClock;
import io.ashlar.simulation.network.NetworkOptions;
import io.ashlar.simulation.network.SimulatedNetwork;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;

/// Three nodes with a store each, on one clock.
final class PipelineRig {
  static final int NODES = 3;
  private static final int SEGMENTS = 96;
  private static final LeaseTerms LEASES = new LeaseTerms(6_000_000L, 1000);
  private static final long HEARTBEAT_NS = 1_000_000L;
  private static final long TURN_NS = 10_000;
  private static final int TURNS_MAX = 2_000_000;

  /// A node's life.
  final class Node {
    final int number;
    final StoreRig rig;
    final Transport transport;
    final ReplicaShard shard;
    final long life;

    Node(int number, StoreRig rig, long life) {
      this.number = number;
      this.rig = rig;
      this.life = life;
      transport = network.attach(number);
      shard =
          new ReplicaShard(transport, rig.store, clock, options, life, List.copyOf(others(number)));
    }

    void turn() {
      shard.doWork(clock.nanoTime());
      rig.store.doWork(clock.nanoTime());
    }
  }

  final SimulatedClock clock = new SimulatedClock();
  final SimulatedNetwork network;
  final TreeMap<Integer, Node> nodes = new TreeMap<>();
  private final ReplicaOptions options;
  private long lives;

  /// A node that stands still, as a process does that was stopped; 0 for none.
  int stopped;

  PipelineRig(long seed) {
    this(seed, new LinkOptions(8 << 20, 1024, 5_000_000L));
  }

  PipelineRig(long seed, LinkOptions links) {
    options = new ReplicaOptions(links, LEASES, HEARTBEAT_NS);
    network = new SimulatedNetwork(NetworkOptions.seeded(seed), clock);
    for (int number = 1; number <= NODES; number++) {
      int alignmentBytes = number == 2 ? 4096 : 512;
      StoreRig rig = StoreRig.fresh(clock, SEGMENTS, alignmentBytes, seed * NODES + number);
      nodes.put(number, new Node(number, rig, ++lives));
    }
  }

  static SortedSet<Integer> others(int number) {
    SortedSet<Integer> others = new TreeSet<>(IntStream.rangeClosed(1, NODES).boxed().toList());
    others.remove(number);
    return others;
  }

  static VolumeId id(int layer) {
    return new VolumeId(StoreRig.uuidOf(layer));
  }

  Node node(int number) {
    return Check.present(nodes.get(number), "a node of three");
  }

  /// Makes the volume on all nodes.
  VolumeEntry create(int layer, long bytes, int logicalBlockBytes) {
    VolumeEntry entry =
        node(1)
            .rig
            .entry(layer, bytes, logicalBlockBytes, VolumeEntry.COMPRESSION_LZ4, layer % 2 == 1);
    for (Node each : nodes.values()) {
      each.rig.create(entry);
    }
    return entry;
  }

  /// Lets one node lead a volume and the others follow.
  PrimaryVolume lead(int layer, int leader, int epoch) {
    for (int other : others(leader)) {
      node(other).shard.follow(id(layer), epoch);
    }
    return node(leader).shard.lead(id(layer), terms(leader, epoch, 0));
  }

  /// All others are in the in-sync set.
  static LeadTerms terms(int leader, int epoch, long notBeforeNs) {
    return terms(epoch, others(leader), new TreeSet<>(), notBeforeNs);
  }

  static LeadTerms terms(
      int epoch, SortedSet<Integer> inSync, SortedSet<Integer> others, long notBeforeNs) {
    return new LeadTerms(epoch, inSync, others, 1, notBeforeNs);
  }

  /// A node is no member any more.
  void drop(PrimaryVolume primary, int leader, int gone) {
    SortedSet<Integer> left = others(leader);
    left.remove(gone);
    members(primary, leader, List.copyOf(left));
  }

  /// These are the others in the in-sync set.
  void members(PrimaryVolume primary, int leader, List<Integer> inSync) {
    LeadTerms terms = terms(primary.epoch(), new TreeSet<>(inSync), new TreeSet<>(), 0);
    node(leader).shard.members(primary, terms);
  }

  /// The node's process ends, its disk stays as it is, and it starts anew.
  Node restart(int number) {
    Node old = node(number);
    network.detach(number);
    Node next =
        new Node(number, StoreRig.open(clock, old.rig.disk.crash(CrashChoice.loseAll())), ++lives);
    nodes.put(number, next);
    return next;
  }

  void turn() {
    clock.advance(TURN_NS);
    for (Node each : nodes.values()) {
      if (each.number != stopped) {
        each.turn();
      }
    }
  }

  void turnUntil(BooleanSupplier isDone) {
    for (int turns = 0; !isDone.getAsBoolean(); turns++) {
      assertThat(turns).as("turns until it is done").isLessThan(TURNS_MAX);
      turn();
    }
  }

  void turns(int count) {
    for (int i = 0; i < count; i++) {
      turn();
    }
  }
}
