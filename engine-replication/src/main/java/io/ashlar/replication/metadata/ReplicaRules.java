package io.ashlar.replication.metadata;

import io.ashlar.core.base.Check;
import io.ashlar.core.format.Superblock;
import io.ashlar.core.volume.VolumeId;
import io.ashlar.replication.metadata.ReplicaCommand.AcceptDataLoss;
import io.ashlar.replication.metadata.ReplicaCommand.AttachDevice;
import io.ashlar.replication.metadata.ReplicaCommand.ChangeMembers;
import io.ashlar.replication.metadata.ReplicaCommand.ChangeSet;
import io.ashlar.replication.metadata.ReplicaCommand.DetachDevice;
import io.ashlar.replication.metadata.ReplicaCommand.FenceNode;
import io.ashlar.replication.metadata.ReplicaCommand.HandOver;
import io.ashlar.replication.metadata.ReplicaCommand.PlaceVolume;
import io.ashlar.replication.metadata.ReplicaCommand.SetChange;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// What a [ReplicaCommand] does to a state, and when it is refused. What becomes of one volume's
/// group is told by [ReplicaGroup] alone.
final class ReplicaRules {
  /// Room for failovers above what a device may say that it used.
  private static final int EPOCHS_KEPT = 1 << 20;

  private ReplicaRules() {}

  static Applied apply(ClusterState state, ReplicaCommand command) {
    return switch (command) {
      case AttachDevice attach -> attach(state, attach);
      case DetachDevice detach -> detach(state, detach);
      case FenceNode fence -> fence(state, fence);
      case PlaceVolume place -> place(state, place);
      case ChangeMembers change -> changeMembers(state, change);
      case ChangeSet change -> changeSet(state, change);
      case HandOver hand -> handOver(state, hand);
      case AcceptDataLoss accept -> acceptDataLoss(state, accept);
    };
  }

  private static Applied attach(ClusterState state, AttachDevice attach) {
    String complaint = complaintAbout(attach.device(), attach.nodeIncarnation(), state);
    if (complaint != null) {
      return state.refused(complaint);
    }
    if (attach.epochUsed() < 0 || attach.epochUsed() > Superblock.EPOCH_MAX - EPOCHS_KEPT) {
      return state.refused(
          "device %s used epoch %d, which leaves too few above it: move its volumes to another device"
              .formatted(attach.device(), attach.epochUsed()));
    }
    return new Applied(
        state.next(state.replication().attaching(attach.device(), attach.epochUsed())), null);
  }

  private static Applied detach(ClusterState state, DetachDevice detach) {
    String complaint = complaintAbout(detach.device(), detach.nodeIncarnation(), state);
    if (complaint != null) {
      return state.refused(complaint);
    }
    if (!state.replication().attached().contains(detach.device())) {
      return state.refused("device %s is not attached".formatted(detach.device()));
    }
    SortedSet<UUID> gone = new TreeSet<>();
    gone.add(detach.device());
    return new Applied(state.next(state.replication().detaching(gone)), null);
  }

  /// What is wrong with the word of a node about its device, or null.
  private static @Nullable String complaintAbout(
      UUID device, long nodeIncarnation, ClusterState state) {
    DeviceMetadata known = state.deviceIn(device);
    NodeMetadata node = known == null ? null : state.nodes().get(known.node());
    if (node == null) {
      return "device %s is not known, or was formatted since".formatted(device);
    }
    if (node.incarnation() != nodeIncarnation) {
      return "node '%s' is in incarnation %d, and this is the word of its %d"
          .formatted(node.name(), node.incarnation(), nodeIncarnation);
    }
    return state.replication().isFenced(node)
        ? "node '%s' was fenced in incarnation %d: start it again, in a higher one"
            .formatted(node.name(), nodeIncarnation)
        : null;
  }

  private static Applied fence(ClusterState state, FenceNode fence) {
    NodeMetadata node = state.nodes().get(fence.node());
    if (node == null) {
      return state.refused("node %s is not known".formatted(fence.node()));
    }
    if (node.incarnation() != fence.incarnation()) {
      return state.refused(
          "node '%s' is in incarnation %d, not %d: look whether that one is to be fenced"
              .formatted(node.name(), node.incarnation(), fence.incarnation()));
    }
    if (state.replication().isFenced(node)) {
      return state.refused(
          "node '%s' is fenced in incarnation %d already"
              .formatted(node.name(), fence.incarnation()));
    }
    Replication after =
        state
            .replication()
            .detaching(state.devicesOf(node.id()))
            .fencing(node.id(), node.incarnation());
    return new Applied(state.next(after), null);
  }

  private static Applied place(ClusterState state, PlaceVolume place) {
    VolumeEntry entry = state.volumes().get(place.volume());
    if (entry == null) {
      return state.refused("volume %s does not exist".formatted(place.volume()));
    }
    String name = entry.volume().name();
    Placement placement = place.placement();
    if (state.replication().groups().containsKey(place.volume())) {
      return state.refused("volume '%s' is placed already".formatted(name));
    }
    if (entry.volume().phase() != VolumePhase.CREATING && placement.members().size() != 1) {
      return state.refused(
          "volume '%s' may have data: place it where that is, then add members".formatted(name));
    }
    String complaint = complaintAbout(placement, state);
    return complaint == null
        ? changed(state, place.volume(), ReplicaGroup.of(placement))
        : state.refused(complaint);
  }

  /// What is wrong with a place for a new volume, or null.
  static @Nullable String complaintAbout(Placement placement, ClusterState state) {
    if (!placement.members().contains(placement.primary())) {
      return "device %s is to lead and is no member".formatted(placement.primary());
    }
    for (UUID device : placement.members()) {
      if (!state.replication().attached().contains(device)) {
        return "device %s is not attached: choose one that is".formatted(device);
      }
    }
    return complaintAboutNumbers(placement.members().size(), placement.minInSync());
  }

  private static @Nullable String complaintAboutNumbers(int members, int minInSync) {
    if (members < 1 || members > Placement.MEMBERS_MAX) {
      return "a volume has 1 to %d replicas, not %d".formatted(Placement.MEMBERS_MAX, members);
    }
    return minInSync < 1 || minInSync > members
        ? "%d replicas cannot be waited for where there are %d".formatted(minInSync, members)
        : null;
  }

  private static Applied changeMembers(ClusterState state, ChangeMembers change) {
    GroupBasis basis = change.basis();
    String complaint = complaintAbout(basis, state);
    if (complaint == null) {
      complaint = complaintAboutNumbers(change.members().size(), change.minInSync());
    }
    for (UUID device : change.members()) {
      boolean isNew = complaint == null && !groupOf(basis, state).members().contains(device);
      if (isNew && state.deviceIn(device) == null) {
        complaint = "device %s is not known".formatted(device);
      }
    }
    if (complaint != null) {
      return state.refused(complaint);
    }
    ReplicaGroup next = groupOf(basis, state).among(change.members(), change.minInSync());
    return next == null
        ? state.refused(
            "volume '%s' is led by nobody, or would lose a member that has everything: let that one leave the set first"
                .formatted(nameOf(basis, state)))
        : changed(state, basis.volume(), next);
  }

  private static Applied changeSet(ClusterState state, ChangeSet change) {
    GroupBasis basis = change.basis();
    String complaint = complaintAbout(basis, state);
    boolean joins = change.change() == SetChange.JOINS;
    if (complaint == null && joins) {
      complaint = complaintAboutPresence(change.device(), state);
    }
    if (complaint != null) {
      return state.refused(complaint);
    }
    ReplicaGroup group = groupOf(basis, state);
    ReplicaGroup next = joins ? group.joined(change.device()) : group.dropped(change.device());
    return next == null
        ? state.refused(
            "device %s cannot %s the set of volume '%s': %s"
                .formatted(
                    change.device(),
                    joins ? "join" : "leave",
                    nameOf(basis, state),
                    joins ? "it is in it, or no member" : "it leads, or is not in it"))
        : changed(state, basis.volume(), next);
  }

  private static Applied handOver(ClusterState state, HandOver hand) {
    String complaint = complaintAbout(hand.basis(), state);
    if (complaint != null) {
      return state.refused(complaint);
    }
    ReplicaGroup next = groupOf(hand.basis(), state).handedTo(hand.to());
    return next == null
        ? state.refused(
            "volume '%s' cannot be handed to device %s: it leads already, or is not in the set"
                .formatted(nameOf(hand.basis(), state), hand.to()))
        : changed(state, hand.basis().volume(), next);
  }

  private static Applied acceptDataLoss(ClusterState state, AcceptDataLoss accept) {
    GroupBasis basis = accept.basis();
    AcceptedLoss.Decision decision = accept.decision();
    String complaint = complaintAbout(basis, state);
    if (complaint == null) {
      complaint = complaintAboutPresence(accept.to(), state);
    }
    if (complaint == null && groupOf(basis, state).primary() != null) {
      complaint =
          "volume '%s' is served by device %s: nothing needs to be lost"
              .formatted(nameOf(basis, state), groupOf(basis, state).primary());
    }
    if (complaint == null && (decision.who().isBlank() || decision.why().isBlank())) {
      complaint = "a decision to lose data names who took it and why";
    }
    if (complaint == null
        && (EntityRules.isTooLong(decision.who()) || EntityRules.isTooLong(decision.why()))) {
      complaint = "who took the decision, or why, is told in too many words";
    }
    ReplicaGroup next = complaint == null ? groupOf(basis, state).forcedTo(accept.to()) : null;
    if (next == null) {
      return state.refused(
          complaint != null
              ? complaint
              : "device %s holds nothing of volume '%s'"
                  .formatted(accept.to(), nameOf(basis, state)));
    }
    Replication after = state.replication().with(basis.volume(), next);
    ClusterState lossy = state.next(after);
    AcceptedLoss loss =
        new AcceptedLoss(
            basis.volume(), accept.to(), groupOf(basis, lossy).epoch(), lossy.version(), decision);
    return new Applied(state.next(after.remembering(loss)), null);
  }

  private static @Nullable String complaintAbout(GroupBasis basis, ClusterState state) {
    ReplicaGroup group = state.replication().groups().get(basis.volume());
    if (group == null) {
      return "volume %s does not exist, or has no replicas".formatted(basis.volume());
    }
    return group.epoch() == basis.epoch() && group.version() == basis.setVersion()
        ? null
        : "volume '%s' is in epoch %d, its set at version %d: look at it and propose again"
            .formatted(nameOf(basis, state), group.epoch(), group.version());
  }

  private static @Nullable String complaintAboutPresence(UUID device, ClusterState state) {
    return state.replication().attached().contains(device)
        ? null
        : "device %s is not attached".formatted(device);
  }

  private static ReplicaGroup groupOf(GroupBasis basis, ClusterState state) {
    return Check.present(
        state.replication().groups().get(basis.volume()), "the volume has a group");
  }

  private static String nameOf(GroupBasis basis, ClusterState state) {
    return Check.present(state.volumes().get(basis.volume()), "a group's volume exists")
        .volume()
        .name();
  }

  private static Applied changed(ClusterState state, VolumeId volume, ReplicaGroup next) {
    return new Applied(state.next(state.replication().with(volume, next)), null);
  }
}
