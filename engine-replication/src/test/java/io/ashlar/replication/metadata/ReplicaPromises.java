package io.ashlar.replication.metadata;

import io.ashlar.core.volume.VolumeId;
import io.ashlar.replication.metadata.ClusterCommand.PutNode;
import io.ashlar.replication.metadata.ReplicaCommand.AcceptDataLoss;
import io.ashlar.replication.metadata.ReplicaCommand.ChangeSet;
import io.ashlar.replication.metadata.ReplicaCommand.FenceNode;
import io.ashlar.replication.metadata.ReplicaCommand.SetChange;
import java.util.Map;
import java.util.Objects;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/// What must hold of states and of what follows them, judged by a model that knows which device has
/// how many of the acknowledged writes of which volume, and which lives of nodes were ended.
final class ReplicaPromises {
  private final Map<VolumeId, Copies> copies = new TreeMap<>();
  private final Map<UUID, Long> ended = new TreeMap<>();
  private final Map<UUID, Integer> epochsUsed = new TreeMap<>();

  private static final class Copies {
    final Map<UUID, Integer> has = new TreeMap<>();
    final Map<Integer, UUID> primaryOf = new TreeMap<>();
    int acknowledged;

    boolean isWhole(UUID device) {
      return has.getOrDefault(device, 0) == acknowledged;
    }
  }

  /// The primary acknowledges a write, as soon as all of its set have it.
  void write(VolumeId volume, ReplicaGroup group) {
    Copies model = Objects.requireNonNull(copies.get(volume), "the volume was seen");
    model.acknowledged++;
    for (UUID each : group.inSync()) {
      model.has.put(each, model.acknowledged);
    }
  }

  /// What is broken after a command was committed, or null.
  @Nullable String complaint(ClusterState before, ClusterCommand command, ClusterState after) {
    if (after.version() != before.version() + 1) {
      return "a command is not one version";
    }
    String complaint = complaintAboutNodes(command, after);
    for (Map.Entry<VolumeId, ReplicaGroup> each : after.replication().groups().entrySet()) {
      Copies model = copies.computeIfAbsent(each.getKey(), _ -> new Copies());
      ReplicaGroup former = before.replication().groups().get(each.getKey());
      happened(command, each.getKey(), each.getValue(), model);
      if (complaint == null) {
        complaint = complaintAboutStep(former, each.getValue(), command);
      }
      if (complaint == null) {
        complaint = complaintAboutGroup(each.getValue(), model, after.replication().attached());
      }
    }
    return complaint == null ? complaintAboutBytes(command, after) : complaint;
  }

  private @Nullable String complaintAboutNodes(ClusterCommand command, ClusterState after) {
    if (command instanceof FenceNode fence) {
      ended.put(fence.node(), fence.incarnation());
    }
    if (command instanceof ReplicaCommand.AttachDevice attach) {
      epochsUsed.merge(attach.device(), attach.epochUsed(), Math::max);
    }
    epochsUsed.keySet().removeIf(device -> after.deviceIn(device) == null);
    if (command instanceof PutNode put && isOver(put.node())) {
      return "a fenced node returns in its old life";
    }
    for (UUID device : after.replication().attached()) {
      DeviceMetadata known = after.deviceIn(device);
      if (known == null || isOver(Objects.requireNonNull(after.nodes().get(known.node())))) {
        return "a device of a node that is over is attached";
      }
    }
    return null;
  }

  private boolean isOver(NodeMetadata node) {
    return node.incarnation() <= ended.getOrDefault(node.id(), 0L);
  }

  /// What the command means outside the metadata: who joins has caught up, who forces loses.
  private static void happened(
      ClusterCommand command, VolumeId volume, ReplicaGroup group, Copies model) {
    if (command instanceof ChangeSet change
        && change.change() == SetChange.JOINS
        && change.basis().volume().equals(volume)
        && group.inSync().contains(change.device())) {
      model.has.put(change.device(), model.acknowledged);
    }
    if (command instanceof AcceptDataLoss accept && accept.basis().volume().equals(volume)) {
      model.acknowledged = model.has.getOrDefault(accept.to(), 0);
      model.has.replaceAll((_, count) -> Math.min(count, model.acknowledged));
    }
  }

  /// What is wrong between a group and the one before it.
  private @Nullable String complaintAboutStep(
      @Nullable ReplicaGroup former, ReplicaGroup group, ClusterCommand command) {
    boolean isNewEpoch = former == null || group.epoch() > former.epoch();
    if (isNewEpoch && group.primary() != null) {
      for (UUID member : group.members()) {
        if (group.epoch() <= epochsUsed.getOrDefault(member, 0)) {
          return "an epoch begins that a member used";
        }
      }
    }
    if (former == null || group.equals(former)) {
      return null;
    }
    if (group.epoch() < former.epoch() || group.version() <= former.version()) {
      return "an epoch or a version goes back, or stays";
    }
    if (!isNewEpoch && !Objects.equals(group.primary(), former.primary())) {
      return "another primary in the same epoch";
    }
    boolean isBelow = group.inSync().size() < group.minInSync();
    if (isBelow && !(command instanceof AcceptDataLoss)) {
      SortedSet<UUID> whole = new TreeSet<>(group.inSync());
      whole.addAll(group.eligible());
      if (!whole.containsAll(former.inSync()) || !whole.containsAll(former.eligible())) {
        return "below the least somebody who has everything is forgotten";
      }
    }
    return null;
  }

  private static @Nullable String complaintAboutGroup(
      ReplicaGroup group, Copies model, SortedSet<UUID> attached) {
    UUID primary = group.primary();
    if (primary != null) {
      UUID before = model.primaryOf.putIfAbsent(group.epoch(), primary);
      if (before != null && !before.equals(primary)) {
        return "two primaries of one epoch";
      }
      if (!attached.containsAll(group.inSync())) {
        return "the primary waits for somebody who is gone";
      }
    }
    for (UUID each : group.members()) {
      boolean counts = group.inSync().contains(each) || group.eligible().contains(each);
      if (counts && !model.isWhole(each)) {
        return "a device counts that lacks an acknowledged write";
      }
      if (counts && primary == null && attached.contains(each)) {
        return "nobody leads although one could";
      }
    }
    return null;
  }

  private static @Nullable String complaintAboutBytes(ClusterCommand command, ClusterState after) {
    try {
      byte[] told = MetadataCodec.encode(command);
      byte[] kept = MetadataCodec.encode(after);
      boolean isSame =
          MetadataCodec.decodeCommand(new UnsafeBuffer(told), 0, told.length).equals(command)
              && MetadataCodec.decodeState(new UnsafeBuffer(kept), 0, kept.length).equals(after);
      return isSame ? null : "other bytes than were written";
    } catch (MalformedMetadataException e) {
      return e.getMessage();
    }
  }
}
