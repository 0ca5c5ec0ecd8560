package io.ashlar.replication.cluster;

import io.ashlar.core.format.VolumeEntry;
import io.ashlar.core.store.StoreRig;
import io.ashlar.core.volume.VolumeId;
import io.ashlar.replication.failover.FailureDetector;
import io.ashlar.replication.failover.FailureDetector.Leadership;
import io.ashlar.replication.failover.ReplicaRoles;
import io.ashlar.replication.metadata.ClusterCommand.PutNode;
import io.ashlar.replication.metadata.ClusterState;
import io.ashlar.replication.metadata.NodeMetadata;
import io.ashlar.replication.metadata.ProposalStatus;
import io.ashlar.replication.metadata.ReplicaCommand.AttachDevice;
import io.ashlar.replication.metadata.ReplicaCommand.FenceNode;
import io.ashlar.replication.pipeline.PrimaryVolume;
import io.ashlar.replication.pipeline.ReplicaShard;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One life of a simulated node: a process with a store, its replicas, and what watches the others.
final class ClusterNode {
  private static final long LOOK_NS = 500_000;
  private static final long SILENCE_NS = 3_000_000;
  private static final long RETRY_NS = 5_000_000;

  final int number;
  final long life;
  final StoreRig rig;
  final ReplicaShard shard;
  final ReplicaRoles roles;
  private final ClusterRig cluster;
  private final FailureDetector detector;
  private long lookNs;
  private long registerNs;
  private boolean isRegistering;

  ClusterNode(ClusterRig cluster, int number, StoreRig rig, long life) {
    this.cluster = cluster;
    this.number = number;
    this.rig = rig;
    this.life = life;
    shard =
        new ReplicaShard(
            cluster.network.attach(number),
            rig.store,
            cluster.clock,
            ClusterRig.REPLICATION,
            life,
            List.of());
    roles =
        new ReplicaRoles(
            shard,
            rig.store,
            ClusterRig.deviceOf(number),
            number,
            ClusterRig.ROLES,
            (command, completion) -> cluster.propose(this, command, completion));
    long nowNs = cluster.clock.nanoTime();
    detector = new FailureDetector(number, ClusterRig.DETECTOR, nowNs);
    onState(cluster.metadata.known(number));
  }

  void onState(ClusterState state) {
    roles.onState(state);
    detector.onState(state, cluster.clock.nanoTime());
  }

  void turn() {
    long nowNs = cluster.clock.nanoTime();
    shard.doWork(nowNs);
    roles.doWork(nowNs);
    rig.store.doWork(nowNs);
    register(nowNs);
    if (nowNs >= lookNs) {
      lookNs = nowNs + LOOK_NS;
      Leadership leadership =
          cluster.metadata.leads(number) ? Leadership.LEADS : Leadership.FOLLOWS;
      detector.look(nowNs, node -> isHeard(node, nowNs), leadership, this::fence);
    }
  }

  private boolean isHeard(int node, long nowNs) {
    return nowNs - shard.heartbeats().heardNs(node) < SILENCE_NS;
  }

  private void fence(NodeMetadata gone) {
    cluster.propose(this, new FenceNode(gone.id(), gone.incarnation()), (status, sentence) -> {});
  }

  /// Says that it lives, and then that its device is open, until that is so.
  private void register(long nowNs) {
    if (isRegistering || nowNs < registerNs) {
      return;
    }
    ClusterState state = cluster.metadata.known(number);
    NodeMetadata known = state.nodes().get(ClusterRig.nodeOf(number));
    boolean isKnown = known != null && known.incarnation() >= life;
    if (isKnown && state.replication().attached().contains(ClusterRig.deviceOf(number))) {
      registerNs = nowNs + RETRY_NS;
      return;
    }
    isRegistering = true;
    cluster.propose(
        this,
        isKnown
            ? new AttachDevice(ClusterRig.deviceOf(number), life, epochUsed())
            : new PutNode(ClusterRig.metadataOf(number, life)),
        (status, sentence) -> {
          isRegistering = false;
          boolean isDone = status == ProposalStatus.COMMITTED;
          registerNs = isDone ? 0 : cluster.clock.nanoTime() + RETRY_NS;
        });
  }

  private int epochUsed() {
    int used = rig.store.root().epoch();
    for (VolumeEntry entry : rig.store.volumes()) {
      int of = rig.store.history(new VolumeId(entry.uuid())).sequencedEpoch();
      used = Math.max(used, of);
    }
    return used;
  }

  /// Whether this life was ended by the others: the process is to start anew.
  boolean isFenced() {
    ClusterState state = cluster.metadata.known(number);
    NodeMetadata known = state.nodes().get(ClusterRig.nodeOf(number));
    return known != null
        && (known.incarnation() > life
            || (known.incarnation() == life && state.replication().isFenced(known)));
  }

  /// The volume, if this node serves it as far as it knows.
  @Nullable PrimaryVolume serving(VolumeId id) {
    PrimaryVolume primary = roles.primaryOf(id);
    return primary != null && primary.isLeading() ? primary : null;
  }
}
