package io.ashlar.replication.metadata;

import io.ashlar.core.base.Check;
import io.ashlar.core.format.Superblock;
import java.util.Collections;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Who holds a volume, who of them has everything, and who decides. Immutable; each change is a
/// function of the group before it, the same on every node.
///
/// What was acknowledged is on every member of [#inSync], because the primary acknowledges nothing
/// before all of them have it. It acknowledges nothing at all while they are fewer than
/// [#minInSync]: so those who left since then have everything too, and are [#eligible].
///
/// A device is named by its incarnation: one that was wiped is another device, and no member.
///
/// @param epoch of the present primary; raised whenever there is another one, or none; the highest
///   possible one has no primary
/// @param version of the sets; raised whenever one of them changes
/// @param primary the only one that serves, or null while nobody can
/// @param members all devices that are to have a replica
/// @param inSync those that the primary waits for; while there is no primary, those that it waited
///   for last
/// @param eligible those that left the set and still have everything that was acknowledged
/// @param minInSync with fewer in the set than this, nothing is acknowledged
public record ReplicaGroup(
    int epoch,
    long version,
    @Nullable UUID primary,
    SortedSet<UUID> members,
    SortedSet<UUID> inSync,
    SortedSet<UUID> eligible,
    int minInSync) {
  public ReplicaGroup {
    members = Collections.unmodifiableSortedSet(members);
    inSync = Collections.unmodifiableSortedSet(inSync);
    eligible = Collections.unmodifiableSortedSet(eligible);
    Check.that(minInSync >= 1 && minInSync <= members.size(), "members enough", minInSync);
    Check.that(!inSync.isEmpty(), "somebody has everything");
    Check.that(members.containsAll(inSync) && members.containsAll(eligible), "only members count");
    Check.that(Collections.disjoint(inSync, eligible), "who is in the set has not left it");
    Check.that(
        eligible.isEmpty() || inSync.size() < minInSync, "acknowledging leaves others behind");
    Check.that(primary == null || inSync.contains(primary), "the primary is in the set");
    Check.that(epoch >= 1 && epoch <= Superblock.EPOCH_MAX, "epoch fits a write id", epoch);
  }

  /// A new volume: nobody has anything, so all have everything.
  ///
  /// @param primary one of `members`
  public static ReplicaGroup of(SortedSet<UUID> members, UUID primary, int minInSync) {
    return new ReplicaGroup(1, 1, primary, members, members, new TreeSet<>(), minInSync);
  }

  static ReplicaGroup of(Placement placement) {
    return of(placement.members(), placement.primary(), placement.minInSync());
  }

  /// Whether the primary may acknowledge writes.
  public boolean mayAcknowledge() {
    return primary != null && inSync.size() >= minInSync;
  }

  /// What is left when devices are gone for now: their node died, or was found dead. Where the
  /// primary is among them another member of the set takes its place.
  public ReplicaGroup without(SortedSet<UUID> gone) {
    return without(gone, 0);
  }

  /// As [#without(SortedSet)].
  ///
  /// @param spread a number that differs from volume to volume, so that what one device led is led
  ///   by all others after it, and not by one of them
  public ReplicaGroup without(SortedSet<UUID> gone, int spread) {
    if (primary == null) {
      // All of the set are gone already, and whoever comes back first has everything.
      return this;
    }
    SortedSet<UUID> left = minus(inSync, gone);
    boolean losesPrimary = gone.contains(primary);
    if (left.isEmpty()) {
      // The set stays as it was: one of these must come back.
      return losesPrimary ? led(null, inSync, eligible) : this;
    }
    if (left.size() == inSync.size()) {
      return this;
    }
    SortedSet<UUID> stillEligible = eligibleAfter(left);
    return losesPrimary
        ? led(List.copyOf(left).get(Math.floorMod(spread, left.size())), left, stillEligible)
        : new ReplicaGroup(epoch, version + 1, primary, members, left, stillEligible, minInSync);
  }

  /// A device is back, or here for the first time. It serves if nobody does and it has everything.
  public ReplicaGroup with(UUID device) {
    boolean mayLead = primary == null && (inSync.contains(device) || eligible.contains(device));
    if (!mayLead) {
      return this;
    }
    SortedSet<UUID> alone = new TreeSet<>();
    alone.add(device);
    SortedSet<UUID> others = new TreeSet<>(inSync);
    others.addAll(eligible);
    others.remove(device);
    return led(device, alone, alone.size() < minInSync ? others : new TreeSet<>());
  }

  /// The primary goes on without a member that does not answer.
  ///
  /// @return null if that is the primary itself, or not in the set
  public @Nullable ReplicaGroup dropped(UUID device) {
    if (primary == null || device.equals(primary) || !inSync.contains(device)) {
      return null;
    }
    SortedSet<UUID> left = new TreeSet<>(inSync);
    left.remove(device);
    return new ReplicaGroup(
        epoch, version + 1, primary, members, left, eligibleAfter(left), minInSync);
  }

  /// A member has caught up, and the primary waits for it from now on.
  ///
  /// @return null if it is no member, or in the set already
  public @Nullable ReplicaGroup joined(UUID device) {
    if (primary == null || !members.contains(device) || inSync.contains(device)) {
      return null;
    }
    SortedSet<UUID> more = new TreeSet<>(inSync);
    more.add(device);
    SortedSet<UUID> others = new TreeSet<>(eligible);
    others.remove(device);
    SortedSet<UUID> left = more.size() < minInSync ? others : new TreeSet<>();
    return new ReplicaGroup(epoch, version + 1, primary, members, more, left, minInSync);
  }

  /// The primary hands over to another member of the set.
  ///
  /// @return null if that one is not in the set, or leads already
  public @Nullable ReplicaGroup handedTo(UUID device) {
    boolean can = primary != null && !device.equals(primary) && inSync.contains(device);
    return can ? led(device, inSync, eligible) : null;
  }

  /// Goes on with what one member has, whatever the others had: what only they had is lost.
  ///
  /// @return null if it is no member
  public @Nullable ReplicaGroup forcedTo(UUID device) {
    if (!members.contains(device)) {
      return null;
    }
    SortedSet<UUID> alone = new TreeSet<>();
    alone.add(device);
    return led(device, alone, new TreeSet<>());
  }

  /// The same group under other members, or with another least. Who is new has nothing yet.
  ///
  /// @return null if somebody would go who has everything, or if nobody leads
  public @Nullable ReplicaGroup among(SortedSet<UUID> nextMembers, int nextMinInSync) {
    boolean keepsAll = nextMembers.containsAll(inSync) && nextMembers.containsAll(eligible);
    if (primary == null || !keepsAll) {
      return null;
    }
    SortedSet<UUID> left = inSync.size() < nextMinInSync ? eligible : new TreeSet<>();
    return new ReplicaGroup(epoch, version + 1, primary, nextMembers, inSync, left, nextMinInSync);
  }

  /// A group whose epoch nobody knows yet, moved to one that is above `epochUsed`.
  ReplicaGroup above(int epochUsed) {
    return epoch > epochUsed || primary == null
        ? this
        : new ReplicaGroup(epochUsed + 1, version, primary, members, inSync, eligible, minInSync);
  }

  private ReplicaGroup led(
      @Nullable UUID next, SortedSet<UUID> nextInSync, SortedSet<UUID> nextEligible) {
    boolean isLast = epoch >= Superblock.EPOCH_MAX - 1;
    return new ReplicaGroup(
        isLast ? Superblock.EPOCH_MAX : epoch + 1,
        version + 1,
        isLast ? null : next,
        members,
        nextInSync,
        nextEligible,
        minInSync);
  }

  /// Who has everything beside `left`, where these are what remains of the set.
  private SortedSet<UUID> eligibleAfter(SortedSet<UUID> left) {
    SortedSet<UUID> result = new TreeSet<>();
    if (left.size() < minInSync) {
      result.addAll(eligible);
      result.addAll(minus(inSync, left));
    }
    return result;
  }

  private static SortedSet<UUID> minus(SortedSet<UUID> all, SortedSet<UUID> some) {
    SortedSet<UUID> left = new TreeSet<>(all);
    left.removeAll(some);
    return left;
  }
}
