package io.ashlar.daemon.cluster;

import io.ashlar.core.volume.VolumeId;
import io.ashlar.replication.metadata.ClusterCommand;
import io.ashlar.replication.metadata.ClusterCommand.PutDevice;
import io.ashlar.replication.metadata.ClusterCommand.PutNode;
import io.ashlar.replication.metadata.ClusterCommand.PutPool;
import io.ashlar.replication.metadata.ClusterState;
import io.ashlar.replication.metadata.DeviceMetadata;
import io.ashlar.replication.metadata.MetadataStore;
import io.ashlar.replication.metadata.NodeMetadata;
import io.ashlar.replication.metadata.Placement;
import io.ashlar.replication.metadata.PoolMetadata;
import io.ashlar.replication.metadata.ProposalStatus;
import io.ashlar.replication.metadata.ReplicaCommand.AttachDevice;
import io.ashlar.replication.metadata.ReplicaCommand.PlaceVolume;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.UUID;

/// Tells the metadata that this node lives again, and what it has. Every step may be repeated.
public final class Registration {
  /// There is one pool so far, which all devices belong to.
  private static final String POOL_NAME = "main";

  private final MetadataStore metadata;

  public Registration(MetadataStore metadata) {
    this.metadata = metadata;
  }

  /// Begins the node's life; the one before is over then.
  ///
  /// @throws ClusterException if the cluster does not take it
  public void begin(NodeMetadata node) throws ClusterException {
    commit(new PutNode(node));
  }

  /// The pool's identity, the same whoever makes it.
  static UUID poolOf(UUID cluster) {
    return new UUID(~cluster.getMostSignificantBits(), cluster.getLeastSignificantBits());
  }

  /// An open device.
  ///
  /// @param slot the identity of the place that it fills
  /// @param incarnation drawn when it was formatted
  /// @param epochUsed the highest epoch that a write id on it may have
  public record Disk(UUID slot, UUID incarnation, String path, long sizeBytes, int epochUsed) {}

  /// Says that a device is open and recovered.
  public void attach(NodeMetadata node, Disk disk) throws ClusterException {
    ClusterState state = metadata.state();
    UUID cluster = java.util.Objects.requireNonNull(state.cluster(), "a cluster was formed");
    UUID pool = poolOf(cluster);
    if (!state.pools().containsKey(pool)) {
      commit(new PutPool(new PoolMetadata(pool, POOL_NAME)));
    }
    DeviceMetadata device =
        new DeviceMetadata(
            disk.slot(), disk.incarnation(), pool, node.id(), disk.path(), disk.sizeBytes());
    if (!device.equals(state.devices().get(disk.slot()))) {
      commit(new PutDevice(device));
    }
    commit(new AttachDevice(disk.incarnation(), node.incarnation(), disk.epochUsed()));
  }

  /// Gives volumes a home that had none, because the node was alone when they were made.
  ///
  /// @param held the volumes on the device
  public void adopt(Iterable<VolumeId> held, UUID device) throws ClusterException {
    for (VolumeId each : held) {
      ClusterState state = metadata.state();
      boolean isHomeless =
          state.volumes().containsKey(each) && !state.replication().groups().containsKey(each);
      if (isHomeless) {
        SortedSet<UUID> alone = new TreeSet<>();
        alone.add(device);
        commit(new PlaceVolume(each, new Placement(alone, device, 1)));
      }
    }
  }

  private void commit(ClusterCommand command) throws ClusterException {
    Proposals.Outcome outcome = Proposals.propose(metadata, command);
    if (outcome.status() != ProposalStatus.COMMITTED) {
      throw new ClusterException(
          "The cluster does not take this node: " + outcome.sentence() + ".");
    }
  }
}
