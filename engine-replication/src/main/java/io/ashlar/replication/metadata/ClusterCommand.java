package io.ashlar.replication.metadata;

import io.ashlar.core.volume.VolumeId;
import java.util.UUID;

/// A change to the cluster's state. What it does, and when it is refused, is told by
/// [ClusterState#apply] alone.
public sealed interface ClusterCommand {
  /// Gives the cluster its identity; the first command of all, and only once.
  record FormCluster(UUID cluster) implements ClusterCommand {}

  /// Adds a node, or tells its new name or incarnation. Refused for an older incarnation.
  record PutNode(NodeMetadata node) implements ClusterCommand {}

  /// Adds a pool or renames it.
  record PutPool(PoolMetadata pool) implements ClusterCommand {}

  /// Adds a device, or tells its new incarnation, place or size. Its pool and node are known.
  record PutDevice(DeviceMetadata device) implements ClusterCommand {}

  /// Adds a volume in phase CREATING, on a layer number at or above [ClusterState#nextLayer].
  record CreateVolume(VolumeMetadata volume) implements ClusterCommand {}

  /// Replaces a volume's record, if it was last changed at `expectedVersion`. Id, name, block size
  /// and layer number stay; the phase does not go back.
  record ChangeVolume(VolumeMetadata volume, long expectedVersion) implements ClusterCommand {}

  /// Drops a volume that is not READY, and its wrapped keys with it.
  record ForgetVolume(VolumeId id) implements ClusterCommand {}
}
