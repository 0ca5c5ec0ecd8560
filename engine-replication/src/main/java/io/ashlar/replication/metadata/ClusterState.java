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
import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
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
/// @param replication who holds volumes and who serves them
public record ClusterState(
    long version,
    @Nullable UUID cluster,
    int nextLayer,
    SortedMap<UUID, NodeMetadata> nodes,
    SortedMap<UUID, PoolMetadata> pools,
    SortedMap<UUID, DeviceMetadata> devices,
    SortedMap<VolumeId, VolumeEntry> volumes,
    Replication replication) {
  /// The state before the first command. Layer 0 is nobody's, so that zeroed records name no layer.
  public static final ClusterState EMPTY =
      new ClusterState(
          0,
          null,
          1,
          new TreeMap<>(),
          new TreeMap<>(),
          new TreeMap<>(),
          new TreeMap<>(),
          Replication.NONE);

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
      case FormCluster form -> formed(form.cluster());
      case PutNode put -> putNode(put.node());
      case PutPool put -> putPool(put.pool());
      case PutDevice put -> putDevice(put.device());
      case CreateVolume create -> createVolume(create);
      case ChangeVolume change -> changeVolume(change);
      case ForgetVolume forget -> forgetVolume(forget.id());
      case ReplicaCommand replica -> ReplicaRules.apply(this, replica);
    };
  }

  /// The device that has this incarnation now, or null.
  public @Nullable DeviceMetadata deviceIn(UUID incarnation) {
    for (DeviceMetadata device : devices.values()) {
      if (device.incarnation().equals(incarnation)) {
        return device;
      }
    }
    return null;
  }

  /// The node of this number, or null.
  public @Nullable NodeMetadata nodeNumbered(int number) {
    for (NodeMetadata node : nodes.values()) {
      NodePlace place = node.place();
      if (place != null && place.number() == number) {
        return node;
      }
    }
    return null;
  }

  /// The incarnations of the node's devices.
  SortedSet<UUID> devicesOf(UUID node) {
    SortedSet<UUID> found = new TreeSet<>();
    for (DeviceMetadata device : devices.values()) {
      if (device.node().equals(node)) {
        found.add(device.incarnation());
      }
    }
    return found;
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

  private Applied formed(UUID as) {
    return new Applied(
        new ClusterState(version + 1, as, nextLayer, nodes, pools, devices, volumes, replication),
        null);
  }

  private Applied putNode(NodeMetadata node) {
    NodeMetadata present = nodes.get(node.id());
    if (present != null && node.incarnation() < present.incarnation()) {
      return refused(
          "node '%s' was seen in incarnation %d, this is its older %d"
              .formatted(node.name(), present.incarnation(), node.incarnation()));
    }
    if (replication.isFenced(node)) {
      return refused(
          "node '%s' was fenced in incarnation %d: start it again, in a higher one"
              .formatted(node.name(), node.incarnation()));
    }
    String complaint = EntityRules.complaintAbout(node.name(), nodes.containsKey(node.id()), nodes);
    for (NodeMetadata other : nodes.values()) {
      if (other.name().equals(node.name()) && !other.id().equals(node.id())) {
        complaint = "another node is named '%s': choose another name".formatted(node.name());
      }
    }
    if (complaint == null) {
      complaint = EntityRules.complaintAboutPlace(node, nodes);
    }
    if (complaint != null) {
      return refused(complaint);
    }
    boolean isNewLife = present != null && node.incarnation() > present.incarnation();
    Replication after = isNewLife ? replication.detaching(devicesOf(node.id())) : replication;
    return new Applied(next(with(nodes, node.id(), node), pools, devices).with(after), null);
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
    return new Applied(next(nodes, with(pools, pool.id(), pool), devices), null);
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
    Replication after = replication;
    DeviceMetadata present = devices.get(device.id());
    boolean isWiped = present != null && !present.incarnation().equals(device.incarnation());
    if (present != null && (isWiped || !present.node().equals(device.node()))) {
      after = after.detaching(new TreeSet<>(List.of(present.incarnation())));
      after = isWiped ? after.forgetting(present.incarnation()) : after;
    }
    return new Applied(next(nodes, pools, with(devices, device.id(), device)).with(after), null);
  }

  private Applied createVolume(CreateVolume create) {
    VolumeMetadata volume = create.volume();
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
    Placement placement = create.placement();
    if (complaint == null && placement != null) {
      complaint = ReplicaRules.complaintAbout(placement, this);
    }
    if (complaint != null) {
      return refused(complaint);
    }
    ClusterState after = put(volume, layer + 1);
    Replication replicated =
        placement == null ? replication : replication.with(volume.id(), ReplicaGroup.of(placement));
    return new Applied(after.with(replicated), null);
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
    return complaint == null ? new Applied(put(volume, nextLayer), null) : refused(complaint);
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
    return new Applied(next(nextLayer, left).with(replication.without(id)), null);
  }

  private ClusterState put(VolumeMetadata volume, int layerAfter) {
    VolumeEntry entry = new VolumeEntry(volume, version + 1);
    return next(layerAfter, with(volumes, volume.id(), entry));
  }

  private ClusterState next(int layerAfter, SortedMap<VolumeId, VolumeEntry> volumesAfter) {
    return new ClusterState(
        version + 1, cluster, layerAfter, nodes, pools, devices, volumesAfter, replication);
  }

  private ClusterState next(
      SortedMap<UUID, NodeMetadata> nodesAfter,
      SortedMap<UUID, PoolMetadata> poolsAfter,
      SortedMap<UUID, DeviceMetadata> devicesAfter) {
    return new ClusterState(
        version + 1,
        cluster,
        nextLayer,
        nodesAfter,
        poolsAfter,
        devicesAfter,
        volumes,
        replication);
  }

  /// The next state, with nothing changed but this.
  ClusterState next(Replication after) {
    return next(nextLayer, volumes).with(after);
  }

  private ClusterState with(Replication after) {
    return new ClusterState(version, cluster, nextLayer, nodes, pools, devices, volumes, after);
  }

  private static <K, V> SortedMap<K, V> with(SortedMap<K, V> map, K key, V value) {
    SortedMap<K, V> copy = new TreeMap<>(map);
    copy.put(key, value);
    return copy;
  }

  Applied refused(String sentence) {
    return new Applied(this, sentence);
  }
}
