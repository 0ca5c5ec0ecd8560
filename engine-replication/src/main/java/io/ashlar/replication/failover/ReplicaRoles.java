package io.ashlar.replication.failover;

import io.ashlar.core.store.LogStore;
import io.ashlar.core.volume.VolumeId;
import io.ashlar.replication.metadata.ClusterCommand;
import io.ashlar.replication.metadata.ClusterState;
import io.ashlar.replication.metadata.DeviceMetadata;
import io.ashlar.replication.metadata.GroupBasis;
import io.ashlar.replication.metadata.MetadataStore.ProposalCompletion;
import io.ashlar.replication.metadata.NodeMetadata;
import io.ashlar.replication.metadata.NodePlace;
import io.ashlar.replication.metadata.ReplicaCommand.ChangeSet;
import io.ashlar.replication.metadata.ReplicaCommand.DetachDevice;
import io.ashlar.replication.metadata.ReplicaCommand.SetChange;
import io.ashlar.replication.metadata.ReplicaGroup;
import io.ashlar.replication.pipeline.LeadTerms;
import io.ashlar.replication.pipeline.PrimaryVolume;
import io.ashlar.replication.pipeline.ReplicaShard;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Lets one device's replicas be what the cluster's metadata says: lead, follow, or neither. As the
/// primary it proposes that a member which has caught up joins the in-sync set, and that one which
/// keeps everybody waiting leaves it.
///
/// Who leads anew waits until the leases are over that this node gave to lives which are ended.
public final class ReplicaRoles {
  /// Proposes to the metadata. The completion runs on this shard's loop.
  @FunctionalInterface
  public interface Proposals {
    void propose(ClusterCommand command, ProposalCompletion completion);
  }

  /// What this device is to one volume.
  private static final class Role {
    private final VolumeId id;
    private ReplicaGroup group;

    /// What the shard was told last; null before.
    private @Nullable ReplicaGroup told;

    private @Nullable PrimaryVolume primary;
    private boolean isProposing;
    private long committed;
    private long waitingSinceNs;
    private final Map<Integer, Exile> exiles = new TreeMap<>();

    Role(VolumeId id, ReplicaGroup group) {
      this.id = id;
      this.group = group;
    }
  }

  /// A member that had to leave, and may not come back at once.
  private record Exile(long untilNs, long lengthNs) {}

  private final ReplicaShard shard;
  private final LogStore store;
  private final UUID device;
  private final int self;
  private final RoleTerms terms;
  private final Proposals proposals;
  private final SortedMap<VolumeId, Role> roles = new TreeMap<>();
  private final SortedMap<Integer, Long> endedLives = new TreeMap<>();
  private final List<PrimaryVolume> begun = new ArrayList<>();
  private ClusterState state = ClusterState.EMPTY;

  /// When the last lease of a life that is ended is over.
  private long leasesOverNs = Long.MIN_VALUE;

  private long lookNs = Long.MIN_VALUE;
  private boolean isDetaching;

  /// @param device the incarnation of the device that `store` is on
  /// @param self this node's number
  public ReplicaRoles(
      ReplicaShard shard,
      LogStore store,
      UUID device,
      int self,
      RoleTerms terms,
      Proposals proposals) {
    this.shard = shard;
    this.store = store;
    this.device = device;
    this.self = self;
    this.terms = terms;
    this.proposals = proposals;
  }

  /// Takes over what the metadata says now.
  public void onState(ClusterState next) {
    state = next;
    meetNodes();
    Map<VolumeId, ReplicaGroup> groups = next.replication().groups();
    roles.values().removeIf(role -> isGone(role, groups.get(role.id)));
    groups.forEach((id, group) -> {
      if (group.members().contains(device)) {
        Role role = roles.computeIfAbsent(id, key -> new Role(key, group));
        role.group = group;
        assume(role);
      }
    });
  }

  private boolean isGone(Role role, @Nullable ReplicaGroup group) {
    boolean isGone = group == null || !group.members().contains(device);
    if (isGone) {
      shard.leave(role.id);
    }
    return isGone;
  }

  /// Knows all nodes, and gives no lease to a life that is ended.
  private void meetNodes() {
    for (NodeMetadata node : state.nodes().values()) {
      int number = numberOf(node);
      if (number == 0 || number == self) {
        continue;
      }
      shard.addNode(number);
      Long fenced = state.replication().fenced().get(node.id());
      long ended = Math.max(node.incarnation() - 1, fenced == null ? 0 : fenced);
      Long known = endedLives.put(number, ended);
      if (known == null || known < ended) {
        leasesOverNs = Math.max(leasesOverNs, shard.heartbeats().fence(number, ended));
      }
    }
  }

  private static int numberOf(@Nullable NodeMetadata node) {
    NodePlace place = node == null ? null : node.place();
    return place == null ? 0 : place.number();
  }

  /// The node that a member is on; 0 if none is known, or it is this one.
  private int nodeOf(UUID member) {
    DeviceMetadata found = state.deviceIn(member);
    int number = found == null ? 0 : numberOf(state.nodes().get(found.node()));
    return number == self ? 0 : number;
  }

  /// Becomes to a volume what its group says, if the store has it by now.
  private void assume(Role role) {
    ReplicaGroup group = role.group;
    if (group.equals(role.told) || store.volume(role.id) == null) {
      return;
    }
    // What the metadata gave to an earlier life of this node is over with it.
    boolean leads = device.equals(group.primary()) && isPresentLife();
    ReplicaGroup before = role.told;
    boolean isNewEpoch = before == null || before.epoch() != group.epoch();
    role.told = group;
    if (leads && isNewEpoch) {
      role.primary = shard.lead(role.id, termsOf(group));
      role.waitingSinceNs = Long.MAX_VALUE;
      begun.add(role.primary);
    } else if (leads && role.primary != null) {
      shard.members(role.primary, termsOf(group));
    } else if (!leads && isNewEpoch) {
      role.primary = null;
      shard.follow(role.id, group.epoch());
    }
  }

  private boolean isPresentLife() {
    DeviceMetadata known = state.deviceIn(device);
    NodeMetadata node = known == null ? null : state.nodes().get(known.node());
    return node != null
        && node.incarnation() == shard.life()
        && !state.replication().isFenced(node);
  }

  private LeadTerms termsOf(ReplicaGroup group) {
    SortedSet<Integer> inSync = nodesOf(group.inSync());
    SortedSet<Integer> others = nodesOf(group.members());
    others.removeAll(inSync);
    return new LeadTerms(group.epoch(), inSync, others, group.minInSync(), leasesOverNs);
  }

  private SortedSet<Integer> nodesOf(SortedSet<UUID> members) {
    SortedSet<Integer> nodes = new TreeSet<>();
    for (UUID member : members) {
      int node = nodeOf(member);
      if (node != 0) {
        nodes.add(node);
      }
    }
    return nodes;
  }

  /// The volume, if this device leads it.
  public @Nullable PrimaryVolume primaryOf(VolumeId id) {
    Role role = roles.get(id);
    return role == null ? null : role.primary;
  }

  /// Looks at volumes that came late, and at members.
  ///
  /// @return how much was done
  public int doWork(long nowNs) {
    if (nowNs < lookNs) {
      return 0;
    }
    lookNs = nowNs + terms.lookNs();
    int work = 0;
    for (Role role : roles.values()) {
      if (!role.group.equals(role.told)) {
        assume(role);
      }
      PrimaryVolume primary = role.primary;
      if (primary != null && !role.isProposing && primary.isLeading()) {
        work += look(role, primary, nowNs);
      }
    }
    return work + detachIfFailed();
  }

  /// When it wants a turn though nothing happens.
  public long deadlineNs() {
    return roles.isEmpty() ? Long.MAX_VALUE : lookNs;
  }

  private int look(Role role, PrimaryVolume primary, long nowNs) {
    if (role.group.inSync().size() < role.group.members().size()) {
      for (UUID member : role.group.members()) {
        if (!role.group.inSync().contains(member) && letJoin(role, primary, member, nowNs)) {
          return 1;
        }
      }
    }
    return letLeave(role, primary, nowNs) ? 1 : 0;
  }

  private boolean letJoin(Role role, PrimaryVolume primary, UUID member, long nowNs) {
    int node = nodeOf(member);
    Exile exile = role.exiles.get(node);
    boolean mayCome = node != 0 && (exile == null || nowNs >= exile.untilNs);
    if (!mayCome || !primary.members().require(node)) {
      return false;
    }
    if (!primary.members().isReadyToJoin(node, primary.committed())) {
      return false;
    }
    propose(role, member, SetChange.JOINS);
    return true;
  }

  /// Has the member leave for which acknowledgements wait for too long, if they can go on without.
  private boolean letLeave(Role role, PrimaryVolume primary, long nowNs) {
    boolean waits = !primary.isServing() || primary.isBehind();
    boolean moves = role.committed != primary.committed();
    if (!waits || moves || role.waitingSinceNs == Long.MAX_VALUE) {
      role.committed = primary.committed();
      role.waitingSinceNs = nowNs;
      return false;
    }
    boolean isLong = nowNs - role.waitingSinceNs >= terms.stallNs();
    if (!isLong || role.group.inSync().size() <= role.group.minInSync()) {
      return false;
    }
    int slowest = primary.members().slowest();
    for (UUID member : role.group.inSync()) {
      if (slowest != 0 && nodeOf(member) == slowest) {
        exile(role, slowest, nowNs);
        role.waitingSinceNs = nowNs;
        propose(role, member, SetChange.LEAVES);
        return true;
      }
    }
    return false;
  }

  private void exile(Role role, int node, long nowNs) {
    Exile before = role.exiles.get(node);
    long length =
        before == null ? terms.rejoinNs() : Math.min(terms.rejoinMaxNs(), 2 * before.lengthNs);
    role.exiles.put(node, new Exile(nowNs + length, length));
  }

  private void propose(Role role, UUID member, SetChange change) {
    role.isProposing = true;
    // Refused or unknown: the next look sees what has become of it.
    proposals.propose(
        new ChangeSet(GroupBasis.of(role.id, role.group), member, change),
        (status, sentence) -> role.isProposing = false);
  }

  /// Tells that the device failed, so that others lead.
  private int detachIfFailed() {
    DeviceMetadata known = state.deviceIn(device);
    NodeMetadata node = known == null ? null : state.nodes().get(known.node());
    boolean isAttached = state.replication().attached().contains(device);
    if (!store.isFailed() || isDetaching || node == null || !isAttached) {
      return 0;
    }
    isDetaching = true;
    proposals.propose(
        new DetachDevice(device, node.incarnation()), (status, sentence) -> isDetaching = false);
    return 1;
  }

  /// The volumes that this device has begun to lead since the last call: hosts are to be served by
  /// them.
  public List<PrimaryVolume> takeBegun() {
    List<PrimaryVolume> taken = List.copyOf(begun);
    begun.clear();
    return taken;
  }
}
