package io.ashlar.replication.metadata;

import io.ashlar.core.volume.VolumeId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.BiFunction;

/// The part of [ClusterState] that says who holds volumes and who serves them. Immutable. Devices
/// are named by their incarnations.
///
/// Where a group has a primary, all of its set is attached; where it has none, nobody is attached
/// who could lead (unless the epochs are used up).
///
/// @param fenced the highest incarnation of each node that was ended; it and lower ones are over
/// @param attached devices that are open on a node which lives
/// @param epochsUsed the highest epoch that a write id on the device had when it was attached last
/// @param groups of those volumes that have one
/// @param losses the newest decisions to lose data, oldest first
public record Replication(
    SortedMap<UUID, Long> fenced,
    SortedSet<UUID> attached,
    SortedMap<UUID, Integer> epochsUsed,
    SortedMap<VolumeId, ReplicaGroup> groups,
    List<AcceptedLoss> losses) {
  public static final Replication NONE =
      new Replication(
          new TreeMap<>(), new TreeSet<>(), new TreeMap<>(), new TreeMap<>(), List.of());

  /// How many decisions are kept.
  public static final int LOSSES_MAX = 256;

  public Replication {
    fenced = Collections.unmodifiableSortedMap(fenced);
    attached = Collections.unmodifiableSortedSet(attached);
    epochsUsed = Collections.unmodifiableSortedMap(epochsUsed);
    groups = Collections.unmodifiableSortedMap(groups);
    losses = List.copyOf(losses);
  }

  /// Whether this life of the node was ended.
  public boolean isFenced(NodeMetadata node) {
    Long ended = fenced.get(node.id());
    return ended != null && node.incarnation() <= ended;
  }

  Replication fencing(UUID node, long incarnation) {
    SortedMap<UUID, Long> more = new TreeMap<>(fenced);
    more.put(node, incarnation);
    return new Replication(more, attached, epochsUsed, groups, losses);
  }

  /// Without these devices, of which some may be gone already.
  Replication detaching(SortedSet<UUID> devices) {
    SortedSet<UUID> gone = new TreeSet<>(devices);
    gone.retainAll(attached);
    if (gone.isEmpty()) {
      return this;
    }
    SortedSet<UUID> left = new TreeSet<>(attached);
    left.removeAll(gone);
    Replication next = new Replication(fenced, left, epochsUsed, groups, losses);
    return new Replication(
        fenced,
        left,
        epochsUsed,
        next.each((id, group) -> next.ledBySomebody(group.without(gone, spread(id)))),
        losses);
  }

  /// The group, led by a member that left the set and still has everything, if nobody else can.
  private ReplicaGroup ledBySomebody(ReplicaGroup group) {
    ReplicaGroup next = group;
    for (UUID device : group.eligible()) {
      next = attached.contains(device) ? next.with(device) : next;
    }
    return next;
  }

  Replication attaching(UUID device, int epochUsed) {
    SortedSet<UUID> more = new TreeSet<>(attached);
    more.add(device);
    SortedMap<UUID, Integer> used = new TreeMap<>(epochsUsed);
    used.merge(device, epochUsed, Math::max);
    Replication next = new Replication(fenced, more, used, groups, losses);
    return new Replication(fenced, more, used, next.each((_, group) -> group.with(device)), losses);
  }

  /// Without what is known of a device that exists no more: its write ids went with it, and those
  /// that others have a copy of are of epochs that its groups have behind them.
  Replication forgetting(UUID device) {
    SortedMap<UUID, Integer> used = new TreeMap<>(epochsUsed);
    used.remove(device);
    return new Replication(fenced, attached, used, groups, losses);
  }

  /// With a volume's next group. If it is in a new epoch, that is above all that its members used.
  Replication with(VolumeId volume, ReplicaGroup group) {
    SortedMap<VolumeId, ReplicaGroup> more = new TreeMap<>(groups);
    ReplicaGroup present = groups.get(volume);
    boolean isNewEpoch = present == null || present.epoch() != group.epoch();
    more.put(volume, isNewEpoch ? group.above(epochUsed(group.members())) : group);
    return new Replication(fenced, attached, epochsUsed, more, losses);
  }

  Replication without(VolumeId volume) {
    SortedMap<VolumeId, ReplicaGroup> left = new TreeMap<>(groups);
    left.remove(volume);
    return new Replication(fenced, attached, epochsUsed, left, losses);
  }

  Replication remembering(AcceptedLoss loss) {
    List<AcceptedLoss> more = new ArrayList<>(losses);
    more.add(loss);
    List<AcceptedLoss> newest = more.subList(Math.max(0, more.size() - LOSSES_MAX), more.size());
    return new Replication(fenced, attached, epochsUsed, groups, newest);
  }

  /// The highest epoch that any of these devices used.
  int epochUsed(SortedSet<UUID> devices) {
    int highest = 0;
    for (UUID device : devices) {
      highest = Math.max(highest, epochsUsed.getOrDefault(device, 0));
    }
    return highest;
  }

  private SortedMap<VolumeId, ReplicaGroup> each(
      BiFunction<VolumeId, ReplicaGroup, ReplicaGroup> change) {
    SortedMap<VolumeId, ReplicaGroup> after = new TreeMap<>(groups);
    for (Map.Entry<VolumeId, ReplicaGroup> entry : after.entrySet()) {
      ReplicaGroup before = entry.getValue();
      ReplicaGroup next = change.apply(entry.getKey(), before);
      boolean isNewEpoch = next.epoch() != before.epoch();
      entry.setValue(isNewEpoch ? next.above(epochUsed(next.members())) : next);
    }
    return after;
  }

  /// Differs from volume to volume, the same on every node.
  private static int spread(VolumeId volume) {
    UUID id = volume.uuid();
    return Long.hashCode(id.getMostSignificantBits() ^ id.getLeastSignificantBits());
  }
}
