package io.ashlar.replication.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.ashlar.core.format.VolumeEntry;
import io.ashlar.core.qos.QosLimits;
import io.ashlar.core.store.StoreRig;
import io.ashlar.core.transform.Compression;
import io.ashlar.core.volume.VolumeGeometry;
import io.ashlar.core.volume.VolumeId;
import io.ashlar.replication.failover.DetectorTerms;
import io.ashlar.replication.failover.RoleTerms;
import io.ashlar.replication.lease.LeaseTerms;
import io.ashlar.replication.link.LinkOptions;
import io.ashlar.replication.metadata.Applied;
import io.ashlar.replication.metadata.ClusterCommand;
import io.ashlar.replication.metadata.ClusterCommand.CreateVolume;
import io.ashlar.replication.metadata.ClusterCommand.FormCluster;
import io.ashlar.replication.metadata.ClusterCommand.PutDevice;
import io.ashlar.replication.metadata.ClusterCommand.PutNode;
import io.ashlar.replication.metadata.ClusterCommand.PutPool;
import io.ashlar.replication.metadata.ClusterState;
import io.ashlar.replication.metadata.DeviceMetadata;
import io.ashlar.replication.metadata.LayerMetadata;
import io.ashlar.replication.metadata.MetadataStore.ProposalCompletion;
import io.ashlar.replication.metadata.NodeMetadata;
import io.ashlar.replication.metadata.NodePlace;
import io.ashlar.replication.metadata.Placement;
import io.ashlar.replication.metadata.PoolMetadata;
import io.ashlar.replication.metadata.ReplicaCommand.AttachDevice;
import io.ashlar.replication.metadata.ReplicaGroup;
import io.ashlar.replication.metadata.VolumeMetadata;
import io.ashlar.replication.metadata.VolumePhase;
import io.ashlar.replication.metadata.VolumeSettings;
import io.ashlar.replication.pipeline.PrimaryVolume;
import io.ashlar.replication.pipeline.ReplicaOptions;
import io.ashlar.simulation.CrashChoice;
import io.ashlar.simulation.SimulatedBlockDevice;
import io.ashlar.simulation.SimulatedClock;
import io.ashlar.simulation.network.NetworkOptions;
import io.ashlar.simulation.network.SimulatedNetwork;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Objects;
import java.util.SortedSet;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/// Three nodes with volumes of three replicas: what a fault does to them is done here. Times are a
/// hundredth of those of a real cluster.
final class ClusterRig implements SimulatedMetadata.Reach {
  static final int NODES = 3;
  static final ReplicaOptions REPLICATION =
      new ReplicaOptions(
          new LinkOptions(4 << 20, 512, 2_000_000L), new LeaseTerms(6_000_000L, 1000), 1_000_000L);
  static final RoleTerms ROLES = new RoleTerms(15_000_000L, 200_000L, 10_000_000L, 100_000_000L);
  static final DetectorTerms DETECTOR =
      new DetectorTerms(2_500_000L, 50_000_000L, 1_500_000L, 10_000_000L);
  private static final PoolMetadata POOL = new PoolMetadata(new UUID(7, 7), "pool");
  private static final int SEGMENTS = 64;
  private static final long TURN_NS = 20_000;

  final SimulatedClock clock = new SimulatedClock();
  final SimulatedNetwork network;
  final SimulatedMetadata metadata;
  final SplittableRandom dice;
  private final SimulatedBlockDevice[] disks = new SimulatedBlockDevice[NODES + 1];
  private final @Nullable ClusterNode[] nodes = new ClusterNode[NODES + 1];
  private final long[] lives = new long[NODES + 1];
  private final boolean[] isPaused = new boolean[NODES + 1];
  private final boolean[][] isCut = new boolean[NODES + 1][NODES + 1];
  long turns;

  Runnable onTurn = () -> {};

  /// Hears of each process that ends.
  IntConsumer onEnd = node -> {};

  ClusterRig(long seed, int volumes, long volumeBytes) {
    dice = new SplittableRandom(seed);
    network =
        new SimulatedNetwork(
            new NetworkOptions(dice.nextLong(), 20_000, 200_000, 5_000_000, 4 << 20), clock);
    ClusterState state = formed();
    StoreRig[] rigs = new StoreRig[NODES + 1];
    for (int node = 1; node <= NODES; node++) {
      rigs[node] = StoreRig.fresh(clock, SEGMENTS, node == 2 ? 4096 : 512, dice.nextInt(1 << 20));
    }
    for (int layer = 1; layer <= volumes; layer++) {
      boolean isSealed = layer % 2 == 1;
      VolumeEntry entry =
          rigs[1].entry(layer, volumeBytes, 4096, VolumeEntry.COMPRESSION_LZ4, isSealed);
      for (int node = 1; node <= NODES; node++) {
        rigs[node].create(entry);
      }
      state = applied(state, created(layer, volumeBytes, state));
    }
    metadata = new SimulatedMetadata(NODES, state, this, dice.split());
    for (int node = 1; node <= NODES; node++) {
      disks[node] = rigs[node].disk;
      lives[node] = 1;
      nodes[node] = new ClusterNode(this, node, rigs[node], 1);
    }
  }

  // The cluster as it begins.

  static UUID nodeOf(int number) {
    return new UUID(11, number);
  }

  static UUID deviceOf(int number) {
    return new UUID(12, number);
  }

  static VolumeId volume(int layer) {
    return new VolumeId(StoreRig.uuidOf(layer));
  }

  static NodeMetadata metadataOf(int number, long life) {
    NodePlace place = new NodePlace(number, "10.0.0." + number, 1, 2, 3, "");
    return new NodeMetadata(nodeOf(number), "node-" + number, life, place);
  }

  private static ClusterState formed() {
    ClusterState state = applied(ClusterState.EMPTY, new FormCluster(new UUID(1, 2)));
    state = applied(state, new PutPool(POOL));
    for (int node = 1; node <= NODES; node++) {
      UUID device = deviceOf(node);
      state = applied(state, new PutNode(metadataOf(node, 1)));
      state =
          applied(
              state,
              new PutDevice(
                  new DeviceMetadata(
                      device, device, POOL.id(), nodeOf(node), "/dev/" + node, 1L << 30)));
      state = applied(state, new AttachDevice(device, 1, 100));
    }
    return state;
  }

  private static ClusterCommand created(int layer, long bytes, ClusterState state) {
    VolumeMetadata metadata =
        new VolumeMetadata(
            volume(layer),
            "volume-" + layer,
            new VolumeGeometry(bytes, 4096),
            new LayerMetadata(state.nextLayer(), List.of()),
            new VolumeSettings(Compression.LZ4, QosLimits.UNLIMITED, List.of()),
            VolumePhase.CREATING);
    SortedSet<UUID> members = new TreeSet<>();
    for (int node = 1; node <= NODES; node++) {
      members.add(deviceOf(node));
    }
    UUID primary = deviceOf(1 + layer % NODES);
    return new CreateVolume(metadata, new Placement(members, primary, 1 + layer % 2));
  }

  private static ClusterState applied(ClusterState state, ClusterCommand command) {
    Applied applied = state.apply(command);
    assertThat(applied.refusal()).isNull();
    return applied.state();
  }

  // Nodes.

  /// The node's present life, if it has one and is not stopped.
  @Nullable ClusterNode alive(int number) {
    return isPaused[number] ? null : nodes[number];
  }

  /// As [#alive], stopped or not.
  @Nullable ClusterNode living(int number) {
    return nodes[number];
  }

  SimulatedBlockDevice disk(int number) {
    return disks[number];
  }

  @Override
  public boolean isUp(int node) {
    return alive(node) != null;
  }

  @Override
  public boolean areConnected(int one, int other) {
    return !isCut[one][other] && !isCut[other][one];
  }

  void propose(ClusterNode node, ClusterCommand command, ProposalCompletion completion) {
    metadata.propose(node, command, completion, clock.nanoTime());
  }

  /// The power of a node fails.
  void crash(int number) {
    end(number, disks[number].crash(CrashChoice.random(disks[number].state(), dice)));
  }

  /// The process of a node ends, and the power stays.
  void kill(int number) {
    BitSet kept = new BitSet();
    int unsynced = disks[number].state().unsynced().size();
    for (int i = 0; i < unsynced; i++) {
      kept.set(i, dice.nextBoolean());
    }
    end(number, disks[number].kill(new CrashChoice(kept, null)));
  }

  private void end(int number, SimulatedBlockDevice left) {
    network.detach(number);
    nodes[number] = null;
    onEnd.accept(number);
    isPaused[number] = false;
    disks[number] = left;
  }

  void start(int number) {
    if (nodes[number] == null) {
      disks[number].latency(0, 0);
      StoreRig rig = StoreRig.open(clock, disks[number]);
      nodes[number] = new ClusterNode(this, number, rig, ++lives[number]);
    }
  }

  void pause(int number, boolean paused) {
    isPaused[number] = paused && nodes[number] != null;
  }

  // The network.

  void cut(int from, int to) {
    isCut[from][to] = true;
    network.cut(from, to);
  }

  void isolate(int node) {
    for (int other = 1; other <= NODES; other++) {
      if (other != node) {
        cut(node, other);
        cut(other, node);
      }
    }
  }

  void heal() {
    for (boolean[] row : isCut) {
      Arrays.fill(row, false);
    }
    network.heal();
  }

  // Time.

  void turn() {
    turns++;
    onTurn.run();
    clock.advance(TURN_NS);
    long nowNs = clock.nanoTime();
    metadata.turn(nowNs, this);
    for (int number = 1; number <= NODES; number++) {
      ClusterNode node = alive(number);
      if (node != null) {
        node.turn();
      }
    }
    for (int number = 1; number <= NODES; number++) {
      ClusterNode node = alive(number);
      if (node != null && (node.isFenced() || node.rig.store.isFailed())) {
        kill(number);
        start(number);
      }
    }
  }

  void turnUntil(String what, int turnsMax, BooleanSupplier isDone) {
    for (int i = 0; !isDone.getAsBoolean(); i++) {
      assertThat(i).as("turns until " + what + ": " + this).isLessThan(turnsMax);
      turn();
    }
  }

  /// Whether all volumes have all their replicas, and are served.
  boolean isWhole() {
    for (VolumeId id : metadata.state().replication().groups().keySet()) {
      ReplicaGroup group = Objects.requireNonNull(metadata.state().replication().groups().get(id));
      boolean isServed = false;
      for (int number = 1; number <= NODES; number++) {
        ClusterNode node = alive(number);
        boolean leads = deviceOf(number).equals(group.primary());
        isServed |= leads && node != null && isServing(node, id, group.epoch());
      }
      if (!isServed || group.inSync().size() < NODES) {
        return false;
      }
    }
    return true;
  }

  /// Who serves the volume: somebody does.
  PrimaryVolume servingNow(VolumeId id) {
    for (int number = 1; number <= NODES; number++) {
      ClusterNode node = alive(number);
      PrimaryVolume primary = node == null ? null : node.serving(id);
      if (primary != null && primary.isServing()) {
        return primary;
      }
    }
    throw new AssertionError("nobody serves " + id);
  }

  private static boolean isServing(ClusterNode node, VolumeId id, int epoch) {
    PrimaryVolume primary = node.serving(id);
    return primary != null && primary.isServing() && primary.epoch() == epoch;
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    metadata
        .state()
        .replication()
        .groups()
        .forEach((id, group) -> text.append("\n").append(text(id, group)));
    return text.toString();
  }

  private String text(VolumeId id, ReplicaGroup group) {
    StringBuilder text = new StringBuilder();
    text.append("volume %s: epoch %d, in sync".formatted(id, group.epoch()));
    group.inSync().forEach(device -> text.append(' ').append(device.getLeastSignificantBits()));
    text.append(", at least ").append(group.minInSync());
    for (int number = 1; number <= NODES; number++) {
      ClusterNode node = living(number);
      boolean leads = deviceOf(number).equals(group.primary());
      text.append("\n  node %d%s: ".formatted(number, leads ? " (primary)" : ""));
      if (node == null) {
        text.append("down");
      } else {
        text.append("knows ").append(metadata.isUpToDate(number) ? "all" : "less");
        text.append(", ").append(node.rig.store.history(id));
        text.append(", ").append(node.roles.primaryOf(id));
      }
    }
    return text.toString();
  }
}
