package io.ashlar.replication.metadata;

import io.ashlar.core.volume.VolumeId;
import io.ashlar.replication.metadata.ClusterCommand.ChangeVolume;
import io.ashlar.replication.metadata.ClusterCommand.CreateVolume;
import io.ashlar.replication.metadata.ClusterCommand.ForgetVolume;
import io.ashlar.replication.metadata.ClusterCommand.FormCluster;
import io.ashlar.replication.metadata.ClusterCommand.PutDevice;
import io.ashlar.replication.metadata.ClusterCommand.PutNode;
import io.ashlar.replication.metadata.ClusterCommand.PutPool;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Everything the cluster agreed on, as of one version. Immutable; every node that applied the same
/// commands in the same order has an equal one.
///
/// @param version how many commands made it
/// @param cluster the cluster's identity, or null before [FormCluster]
/// @param nextLayer the lowest layer number never used yet, unsigned
/// @param nodes by id
/// @param pools by id
/// @param devices by id
/// @param volumes by id
public record ClusterState(
    long version,
    @Nullable UUID cluster,
    int nextLayer,
    SortedMap<UUID, NodeMetadata> nodes,
    SortedMap<UUID, PoolMetadata> pools,
    SortedMap<UUID, DeviceMetadata> devices,
    SortedMap<VolumeId, VolumeEntry> volumes) {
  /// The state before the first command. Layer 0 is nobody's, so that zeroed records name no layer.
  public static final ClusterState EMPTY =
      new ClusterState(
          0, null, 1, new TreeMap<>(), new TreeMap<>(), new TreeMap<>(), new TreeMap<>());

  public static final int VOLUMES_MAX = 100_000;

  /// How many nodes there may be, and as many pools, and as many devices.
  public static final int OTHERS_MAX = 10_000;

  public ClusterState {
    nodes = Collections.unmodifiableSortedMap(nodes);
    pools = Collections.unmodifiableSortedMap(pools);
    devices = Collections.unmodifiableSortedMap(devices);
    volumes = Collections.unmodifiableSortedMap(volumes);
  }

  /// The state after `command`, or the sentence that refuses it.
  public Applied apply(ClusterCommand command) {
    if ((cluster == null) != (command instanceof FormCluster)) {
      return refused(
          cluster == null
              ? "the cluster is not formed yet: form it before anything else"
              : "the cluster is formed already, as " + cluster);
    }
    return switch (command) {
      case FormCluster form ->
          new Applied(
              new ClusterState(
                  version + 1, form.cluster(), nextLayer, nodes, pools, devices, volumes),
              null);
      case PutNode put -> putNode(put.node());
      case PutPool put -> putPool(put.pool());
      case PutDevice put -> putDevice(put.device());
      case CreateVolume create -> createVolume(create.volume());
      case ChangeVolume change -> changeVolume(change);
      case ForgetVolume forget -> forgetVolume(forget.id());
    };
  }

  /// The volume of this name, or null.
  public @Nullable VolumeEntry volumeNamed(String name) {
    for (VolumeEntry entry : volumes.values()) {
      if (entry.volume().name().equals(name)) {
        return entry;
      }
    }
    return null;
  }

  private Applied putNode(NodeMetadata node) {
    NodeMetadata present = nodes.get(node.id());
    if (present != null && node.incarnation() < present.incarnation()) {
      return refused(
          "node '%s' was seen in incarnation %d, this is its older %d"
              .formatted(node.name(), present.incarnation(), node.incarnation()));
    }
    String complaint = EntityRules.complaintAbout(node.name(), nodes.containsKey(node.id()), nodes);
    for (NodeMetadata other : nodes.values()) {
      if (other.name().equals(node.name()) && !other.id().equals(node.id())) {
        complaint = "another node is named '%s': choose another name".formatted(node.name());
      }
    }
    if (complaint != null) {
      return refused(complaint);
    }
    return new Applied(next(with(nodes, node.id(), node), pools, devices, volumes), null);
  }

  private Applied putPool(PoolMetadata pool) {
    String complaint = EntityRules.complaintAbout(pool.name(), pools.containsKey(pool.id()), pools);
    for (PoolMetadata other : pools.values()) {
      if (other.name().equals(pool.name()) && !other.id().equals(pool.id())) {
        complaint = "another pool is named '%s': choose another name".formatted(pool.name());
      }
    }
    if (complaint != null) {
      return refused(complaint);
    }
    return new Applied(next(nodes, with(pools, pool.id(), pool), devices, volumes), null);
  }

  private Applied putDevice(DeviceMetadata device) {
    if (!pools.containsKey(device.pool()) || !nodes.containsKey(device.node())) {
      return refused(
          "device %s names a pool or a node that the cluster does not know"
              .formatted(device.path()));
    }
    String complaint = EntityRules.complaintAbout(device, devices);
    if (complaint != null) {
      return refused(complaint);
    }
    return new Applied(next(nodes, pools, with(devices, device.id(), device), volumes), null);
  }

  private Applied createVolume(VolumeMetadata volume) {
    if (volumes.containsKey(volume.id())) {
      return refused("volume %s exists".formatted(volume.id()));
    }
    if (volumeNamed(volume.name()) != null) {
      return refused("a volume named '%s' exists: choose another name".formatted(volume.name()));
    }
    if (volumes.size() >= VOLUMES_MAX) {
      return refused("the cluster holds %d volumes, its limit".formatted(VOLUMES_MAX));
    }
    int layer = volume.layer().id();
    if (Integer.compareUnsigned(layer, nextLayer) < 0 || layer == -1) {
      return refused(
          "layer %s was used before: take %s and propose again"
              .formatted(Integer.toUnsignedString(layer), Integer.toUnsignedString(nextLayer)));
    }
    String complaint = EntityRules.complaintAbout(volume);
    if (complaint == null && volume.phase() != VolumePhase.CREATING) {
      complaint = "a new volume is in phase CREATING";
    }
    return complaint == null ? put(volume, layer + 1) : refused(complaint);
  }

  private Applied changeVolume(ChangeVolume change) {
    VolumeMetadata volume = change.volume();
    VolumeEntry present = volumes.get(volume.id());
    if (present == null) {
      return refused("volume %s does not exist".formatted(volume.id()));
    }
    if (present.version() != change.expectedVersion()) {
      return refused(
          "volume '%s' was changed meanwhile, at version %d: look at it and propose again"
              .formatted(volume.name(), present.version()));
    }
    String complaint = EntityRules.complaintAboutChange(present.volume(), volume);
    return complaint == null ? put(volume, nextLayer) : refused(complaint);
  }

  private Applied forgetVolume(VolumeId id) {
    VolumeEntry present = volumes.get(id);
    if (present == null) {
      return refused("volume %s does not exist".formatted(id));
    }
    if (present.volume().phase() == VolumePhase.READY) {
      return refused(
          "volume '%s' is served: delete it from its engine first"
              .formatted(present.volume().name()));
    }
    SortedMap<VolumeId, VolumeEntry> left = new TreeMap<>(volumes);
    left.remove(id);
    return new Applied(next(nodes, pools, devices, left), null);
  }

  private Applied put(VolumeMetadata volume, int layerAfter) {
    VolumeEntry entry = new VolumeEntry(volume, version + 1);
    return new Applied(
        new ClusterState(
            version + 1,
            cluster,
            layerAfter,
            nodes,
            pools,
            devices,
            with(volumes, volume.id(), entry)),
        null);
  }

  private ClusterState next(
      SortedMap<UUID, NodeMetadata> nodesAfter,
      SortedMap<UUID, PoolMetadata> poolsAfter,
      SortedMap<UUID, DeviceMetadata> devicesAfter,
      SortedMap<VolumeId, VolumeEntry> volumesAfter) {
    return new ClusterState(
        version + 1, cluster, nextLayer, nodesAfter, poolsAfter, devicesAfter, volumesAfter);
  }

  private static <K, V> SortedMap<K, V> with(SortedMap<K, V> map, K key, V value) {
    SortedMap<K, V> copy = new TreeMap<>(map);
    copy.put(key, value);
    return copy;
  }

  private Applied refused(String sentence) {
    return new Applied(this, sentence);
  }
}
