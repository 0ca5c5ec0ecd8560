package io.ashlar.replication.metadata;

import io.ashlar.core.volume.VolumeId;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// A change to the cluster's state. What it does, and when it is refused, is told by
/// [ClusterState#apply] alone.
public sealed interface ClusterCommand
    permits ClusterCommand.FormCluster,
        ClusterCommand.PutNode,
        ClusterCommand.PutPool,
        ClusterCommand.PutDevice,
        ClusterCommand.CreateVolume,
        ClusterCommand.ChangeVolume,
        ClusterCommand.ForgetVolume,
        ReplicaCommand {
  /// Gives the cluster its identity; the first command of all, and only once.
  record FormCluster(UUID cluster) implements ClusterCommand {}

  /// Adds a node, or tells its new name or incarnation. A new incarnation ends the one before it as
  /// [ReplicaCommand.FenceNode] does. Refused for an older or fenced one.
  record PutNode(NodeMetadata node) implements ClusterCommand {}

  /// Adds a pool or renames it.
  record PutPool(PoolMetadata pool) implements ClusterCommand {}

  /// Adds a device, or tells its new incarnation, place or size. Its pool and node are known. One
  /// that was wiped or moved is detached.
  record PutDevice(DeviceMetadata device) implements ClusterCommand {}

  /// Adds a volume in phase CREATING, on a layer number at or above [ClusterState#nextLayer].
  ///
  /// @param placement where it is to live: all these devices are attached; null for a volume of one
  ///   node, which has no group
  record CreateVolume(VolumeMetadata volume, @Nullable Placement placement)
      implements ClusterCommand {
    /// A volume without a group.
    public CreateVolume(VolumeMetadata volume) {
      this(volume, null);
    }
  }

  /// Replaces a volume's record, if it was last changed at `expectedVersion`. Id, name, block size
  /// and layer number stay; the phase does not go back.
  record ChangeVolume(VolumeMetadata volume, long expectedVersion) implements ClusterCommand {}

  /// Drops a volume that is not READY, and its wrapped keys and its group with it.
  record ForgetVolume(VolumeId id) implements ClusterCommand {}
}
