package io.ashlar.daemon.node;

import io.ashlar.core.format.Superblock;
import io.ashlar.core.volume.VolumeId;
import io.ashlar.daemon.cluster.Membership;
import io.ashlar.replication.metadata.ClusterState;
import io.ashlar.replication.metadata.DeviceMetadata;
import io.ashlar.replication.metadata.MetadataStore;
import io.ashlar.replication.metadata.NodeMetadata;
import io.ashlar.replication.metadata.NodePlace;
import io.ashlar.replication.metadata.Placement;
import io.ashlar.replication.metadata.ReplicaGroup;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Which volumes live on this node: all of them where it is alone, and in a cluster those of which
/// its device has a replica.
final class Home {
  /// By how much a start raises a device's epoch at most, above what its superblock says before.
  static final int EPOCHS_PER_START = 16;

  private final MetadataStore metadata;
  private final @Nullable Membership membership;

  /// @param membership null where the node is alone
  Home(MetadataStore metadata, @Nullable Membership membership) {
    this.metadata = metadata;
    this.membership = membership;
  }

  /// The cluster of one that this node was before it joined; null where it joined none.
  @Nullable UUID former() {
    return membership == null ? null : membership.formerCluster();
  }

  /// The identity of this node's device, whatever is on it.
  static UUID slotOf(Membership member) {
    UUID node = member.node();
    return new UUID(node.getMostSignificantBits(), ~node.getLeastSignificantBits());
  }

  /// This node's device as the metadata has it; null where it is alone, or never had one.
  private @Nullable DeviceMetadata device(ClusterState state) {
    return membership == null ? null : state.devices().get(slotOf(membership));
  }

  boolean isHome(VolumeId id, ClusterState state) {
    if (membership == null) {
      return true;
    }
    ReplicaGroup group = state.replication().groups().get(id);
    DeviceMetadata own = device(state);
    return group != null && own != null && group.members().contains(own.incarnation());
  }

  boolean hasVolumes() {
    ClusterState state = metadata.state();
    return state.volumes().keySet().stream().anyMatch(each -> isHome(each, state));
  }

  /// Where a new volume goes that is made here; null where the node is alone.
  @Nullable Placement placement() {
    DeviceMetadata own = device(metadata.state());
    return own == null ? null : placementOn(own.incarnation());
  }

  static Placement placementOn(UUID device) {
    SortedSet<UUID> alone = new TreeSet<>(List.of(device));
    return new Placement(alone, device, 1);
  }

  /// A sentence about a volume that does not live here.
  String whereIs(VolumeId id, ClusterState state) {
    String name = state.volumes().get(id) == null ? id.toString() : nameOf(id, state);
    ReplicaGroup group = state.replication().groups().get(id);
    UUID member = group == null ? null : group.members().first();
    DeviceMetadata device = member == null ? null : state.deviceIn(member);
    NodeMetadata node = device == null ? null : state.nodes().get(device.node());
    NodePlace place = node == null ? null : node.place();
    return node == null || place == null
        ? "Volume '%s' lives on a device that the cluster does not know any more.".formatted(name)
        : "Volume '%s' lives on node '%s' (%s): run the command there."
            .formatted(name, node.name(), place.host());
  }

  private static String nameOf(VolumeId id, ClusterState state) {
    return java.util.Objects.requireNonNull(state.volumes().get(id)).volume().name();
  }

  /// Why a pool cannot be what the metadata says of it, as the end of a sentence; null if it can.
  @Nullable String doubtAbout(Superblock root) {
    ClusterState state = metadata.state();
    DeviceMetadata known = device(state);
    if (known == null || !hasVolumes()) {
      return null;
    }
    if (!known.incarnation().equals(root.device())) {
      return "holds another pool (%s) than the one on which this node's volumes are (%s)"
          .formatted(root.device(), known.incarnation());
    }
    Integer used = state.replication().epochsUsed().get(known.incarnation());
    return used != null && root.epoch() + EPOCHS_PER_START <= used
        ? "is as it was before its last start (epoch %d, and %d was used): an older copy"
            .formatted(root.epoch(), used - EPOCHS_PER_START)
        : null;
  }
}
