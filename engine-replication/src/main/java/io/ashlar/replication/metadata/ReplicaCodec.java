package io.ashlar.replication.metadata;

import static io.ashlar.replication.metadata.MetadataReader.require;

import io.ashlar.core.format.Superblock;
import io.ashlar.core.volume.VolumeId;
import io.ashlar.replication.metadata.ReplicaCommand.SetChange;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// The fields of replica groups and of what they are made from, in the order in which their records
/// declare them. A set is its count (4), then its members by rising order.
final class ReplicaCodec {
  /// Choices are written as their place in this list, which only ever grows at the end.
  private static final List<SetChange> CHANGES = List.of(SetChange.LEAVES, SetChange.JOINS);

  /// Stands for "nobody leads" in a group's bytes.
  private static final UUID NOBODY = new UUID(0, 0);

  private ReplicaCodec() {}

  static void write(GroupBasis basis, MetadataWriter to) {
    to.putUuid(basis.volume().uuid()).putInt(basis.epoch()).putLong(basis.setVersion());
  }

  static GroupBasis readBasis(MetadataReader from) throws MalformedMetadataException {
    return new GroupBasis(new VolumeId(from.getUuid()), from.getInt(), from.getLong());
  }

  static void write(Placement placement, MetadataWriter to) {
    write(placement.members(), to);
    to.putUuid(placement.primary()).putInt(placement.minInSync());
  }

  static Placement readPlacement(MetadataReader from) throws MalformedMetadataException {
    return new Placement(readSet(from, Placement.MEMBERS_MAX), from.getUuid(), from.getInt());
  }

  static void write(SetChange change, MetadataWriter to) {
    to.putShort(CHANGES.indexOf(change));
  }

  static SetChange readChange(MetadataReader from) throws MalformedMetadataException {
    return from.getOneOf(CHANGES);
  }

  static void write(AcceptedLoss.Decision decision, MetadataWriter to) {
    to.putText(decision.who()).putLong(decision.toldMillis()).putText(decision.why());
  }

  static AcceptedLoss.Decision readDecision(MetadataReader from) throws MalformedMetadataException {
    return new AcceptedLoss.Decision(from.getText(), from.getLong(), from.getText());
  }

  static void write(SortedSet<UUID> set, MetadataWriter to) {
    to.putInt(set.size());
    set.forEach(to::putUuid);
  }

  static SortedSet<UUID> readSet(MetadataReader from, int most) throws MalformedMetadataException {
    SortedSet<UUID> set = new TreeSet<>();
    int count = from.getCount(most);
    for (int left = count; left > 0; left--) {
      set.add(from.getUuid());
    }
    require(set.size() == count, "a set names something twice");
    return set;
  }

  static void write(Replication replication, MetadataWriter to) {
    to.putInt(replication.fenced().size());
    replication.fenced().forEach((node, ended) -> to.putUuid(node).putLong(ended));
    write(replication.attached(), to);
    to.putInt(replication.epochsUsed().size());
    replication.epochsUsed().forEach((device, epoch) -> to.putUuid(device).putInt(epoch));
    to.putInt(replication.groups().size());
    for (Map.Entry<VolumeId, ReplicaGroup> each : replication.groups().entrySet()) {
      to.putUuid(each.getKey().uuid());
      write(each.getValue(), to);
    }
    to.putInt(replication.losses().size());
    for (AcceptedLoss loss : replication.losses()) {
      to.putUuid(loss.volume().uuid()).putUuid(loss.device());
      to.putInt(loss.epoch()).putLong(loss.version());
      write(loss.decision(), to);
    }
  }

  static Replication readReplication(MetadataReader from) throws MalformedMetadataException {
    SortedMap<UUID, Long> fenced = new TreeMap<>();
    for (int left = from.getCount(ClusterState.OTHERS_MAX); left > 0; left--) {
      fenced.put(from.getUuid(), from.getLong());
    }
    SortedSet<UUID> attached = readSet(from, ClusterState.OTHERS_MAX);
    SortedMap<UUID, Integer> epochsUsed = new TreeMap<>();
    for (int left = from.getCount(ClusterState.OTHERS_MAX); left > 0; left--) {
      epochsUsed.put(from.getUuid(), readEpoch(from, 0));
    }
    SortedMap<VolumeId, ReplicaGroup> groups = new TreeMap<>();
    for (int left = from.getCount(ClusterState.VOLUMES_MAX); left > 0; left--) {
      groups.put(new VolumeId(from.getUuid()), readGroup(from));
    }
    List<AcceptedLoss> losses = new ArrayList<>();
    for (int left = from.getCount(Replication.LOSSES_MAX); left > 0; left--) {
      losses.add(
          new AcceptedLoss(
              new VolumeId(from.getUuid()),
              from.getUuid(),
              readEpoch(from, 1),
              from.getLong(),
              readDecision(from)));
    }
    return new Replication(fenced, attached, epochsUsed, groups, losses);
  }

  private static void write(ReplicaGroup group, MetadataWriter to) {
    UUID primary = group.primary();
    to.putInt(group.epoch()).putLong(group.version());
    to.putUuid(primary == null ? NOBODY : primary);
    write(group.members(), to);
    write(group.inSync(), to);
    write(group.eligible(), to);
    to.putInt(group.minInSync());
  }

  private static ReplicaGroup readGroup(MetadataReader from) throws MalformedMetadataException {
    int epoch = readEpoch(from, 1);
    long version = from.getLong();
    UUID leader = from.getUuid();
    @Nullable UUID primary = leader.equals(NOBODY) ? null : leader;
    SortedSet<UUID> members = readSet(from, Placement.MEMBERS_MAX);
    SortedSet<UUID> inSync = readSet(from, Placement.MEMBERS_MAX);
    SortedSet<UUID> eligible = readSet(from, Placement.MEMBERS_MAX);
    int minInSync = from.getInt();
    require(
        minInSync >= 1
            && minInSync <= members.size()
            && !inSync.isEmpty()
            && members.containsAll(inSync)
            && members.containsAll(eligible)
            && Collections.disjoint(inSync, eligible)
            && (eligible.isEmpty() || inSync.size() < minInSync)
            && (primary == null || inSync.contains(primary)),
        "no volume has those replicas");
    return new ReplicaGroup(epoch, version, primary, members, inSync, eligible, minInSync);
  }

  private static int readEpoch(MetadataReader from, int least) throws MalformedMetadataException {
    int epoch = from.getInt();
    require(epoch >= least && epoch <= Superblock.EPOCH_MAX, "there is no such epoch");
    return epoch;
  }
}
