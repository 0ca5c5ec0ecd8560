package io.ashlar.replication.metadata;

import io.ashlar.core.volume.VolumeId;
import java.util.Collections;
import java.util.SortedSet;
import java.util.UUID;

/// A change of who holds volumes and who serves them. Devices are named by their incarnations: one
/// that was wiped is another device.
public sealed interface ReplicaCommand extends ClusterCommand {
  /// A device is open and recovered on the node it belongs to. It leads those of its volumes that
  /// nobody leads and of which it has everything.
  ///
  /// @param nodeIncarnation the life of the node that says so: refused unless it is the present one
  /// @param epochUsed the highest epoch that a write id on the device has; later epochs are above
  ///   it
  record AttachDevice(UUID device, long nodeIncarnation, int epochUsed) implements ReplicaCommand {}

  /// A device failed or is taken away; its node lives on.
  ///
  /// @param nodeIncarnation the life of the node that says so: refused unless it is the present one
  record DetachDevice(UUID device, long nodeIncarnation) implements ReplicaCommand {}

  /// Ends a node's life: all volumes that it led get new epochs and primaries, and its devices
  /// leave all sets, by this one command. The node comes back under a higher incarnation or not at
  /// all.
  record FenceNode(UUID node, long incarnation) implements ReplicaCommand {}

  /// Gives a volume that has none its group. One that may have data has it on one device, and gets
  /// a group of that one.
  record PlaceVolume(VolumeId volume, Placement placement) implements ReplicaCommand {}

  /// Adds members, which have nothing until they join the set, or drops some that are not needed.
  ///
  /// @param members all of them from now on
  record ChangeMembers(GroupBasis basis, SortedSet<UUID> members, int minInSync)
      implements ReplicaCommand {
    public ChangeMembers {
      members = Collections.unmodifiableSortedSet(members);
    }
  }

  /// The primary goes on without a member, or waits for one that has caught up.
  record ChangeSet(GroupBasis basis, UUID device, SetChange change) implements ReplicaCommand {}

  /// The primary gives its role to a member of the set.
  record HandOver(GroupBasis basis, UUID to) implements ReplicaCommand {}

  /// Goes on with what one member has although others had more. Only where nobody leads.
  record AcceptDataLoss(GroupBasis basis, UUID to, AcceptedLoss.Decision decision)
      implements ReplicaCommand {}

  /// What becomes of a member.
  enum SetChange {
    /// It does not answer: writes are acknowledged without it.
    LEAVES,
    /// It has everything: no write is acknowledged without it.
    JOINS
  }
}
