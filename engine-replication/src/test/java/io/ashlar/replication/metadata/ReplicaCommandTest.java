package io.ashlar.replication.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import io.ashlar.core.base.Check;
import io.ashlar.core.format.Superblock;
import io.ashlar.core.volume.VolumeId;
import io.ashlar.replication.metadata.ClusterCommand.ChangeVolume;
import io.ashlar.replication.metadata.ClusterCommand.CreateVolume;
import io.ashlar.replication.metadata.ClusterCommand.ForgetVolume;
import io.ashlar.replication.metadata.ClusterCommand.PutDevice;
import io.ashlar.replication.metadata.ClusterCommand.PutNode;
import io.ashlar.replication.metadata.ClusterCommand.PutPool;
import io.ashlar.replication.metadata.ReplicaCommand.AcceptDataLoss;
import io.ashlar.replication.metadata.ReplicaCommand.AttachDevice;
import io.ashlar.replication.metadata.ReplicaCommand.ChangeMembers;
import io.ashlar.replication.metadata.ReplicaCommand.ChangeSet;
import io.ashlar.replication.metadata.ReplicaCommand.DetachDevice;
import io.ashlar.replication.metadata.ReplicaCommand.FenceNode;
import io.ashlar.replication.metadata.ReplicaCommand.HandOver;
import io.ashlar.replication.metadata.ReplicaCommand.PlaceVolume;
import io.ashlar.replication.metadata.ReplicaCommand.SetChange;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Three nodes with a device each, and a volume on all of them.
class ReplicaCommandTest {
  private static final UUID A = new UUID(7, 1);
  private static final UUID B = new UUID(7, 2);
  private static final UUID C = new UUID(7, 3);
  private static final VolumeId VOLUME = Samples.volume(1).id();
  private static final AcceptedLoss.Decision DECISION =
      new AcceptedLoss.Decision("carol", 1_800_000_000_000L, "both other disks burnt");

  private ClusterState state = ClusterState.EMPTY;

  @BeforeEach
  void formTheCluster() {
    apply(Samples.FORM);
    apply(new PutPool(Samples.POOL));
    for (UUID device : List.of(A, B, C)) {
      apply(new PutNode(node(device, 1)));
      apply(new PutDevice(device(device)));
      apply(new AttachDevice(device, 1, 0));
    }
    apply(new CreateVolume(Samples.volume(1), new Placement(set(A, B, C), A, 2)));
  }

  /// The node whose only device this is.
  private static NodeMetadata node(UUID device, long incarnation) {
    long number = device.getLeastSignificantBits();
    return new NodeMetadata(new UUID(8, number), "node-" + number, incarnation);
  }

  private static DeviceMetadata device(UUID incarnation) {
    UUID id = new UUID(9, incarnation.getLeastSignificantBits());
    return new DeviceMetadata(
        id, incarnation, Samples.POOL.id(), node(incarnation, 1).id(), "/dev/" + id, 1L << 40);
  }

  @Test
  void shouldGiveAFencedNodesVolumesNewPrimariesByOneCommand() {
    apply(new CreateVolume(Samples.volume(2), new Placement(set(A, B, C), A, 2)));
    apply(new CreateVolume(Samples.volume(3), new Placement(set(A, B, C), A, 2)));
    apply(new CreateVolume(Samples.volume(4), new Placement(set(B, C), C, 2)));
    apply(new FenceNode(node(A, 1).id(), 1));
    SortedSet<UUID> primaries = new TreeSet<>();
    for (int layer = 1; layer <= 3; layer++) {
      ReplicaGroup group = group(Samples.volume(layer).id());
      assertThat(group.epoch()).isEqualTo(2);
      assertThat(group.inSync()).containsExactly(B, C);
      primaries.add(Check.present(group.primary(), "somebody leads"));
    }
    assertThat(primaries).as("the work is spread").containsExactly(B, C);
    assertThat(group(Samples.volume(4).id()).epoch()).as("not concerned").isEqualTo(1);
  }

  @Test
  void shouldRefuseAFenceOfAnotherLife() {
    assertRefused(new FenceNode(node(A, 1).id(), 2), "is in incarnation 1, not 2");
    assertRefused(new FenceNode(new UUID(0, 0), 2), "is not known");
    apply(new FenceNode(node(A, 1).id(), 1));
    assertRefused(new FenceNode(node(A, 1).id(), 1), "fenced in incarnation 1 already");
    apply(new PutNode(node(A, 2)));
    assertRefused(new FenceNode(node(A, 1).id(), 1), "is in incarnation 2, not 1");
  }

  @Test
  void shouldNeverTakeAFencedNodeBackInItsOldLife() {
    apply(new FenceNode(node(A, 1).id(), 1));
    assertRefused(new PutNode(node(A, 1)), "was fenced in incarnation 1");
    assertRefused(new AttachDevice(A, 1, 0), "was fenced in incarnation 1");
    apply(new PutNode(node(A, 2)));
    assertRefused(new AttachDevice(A, 1, 0), "is in incarnation 2, and this is the word of its 1");
    apply(new AttachDevice(A, 2, 0));
    assertThat(group().inSync()).as("it has to catch up first").containsExactly(B, C);
    apply(new ChangeSet(basis(), A, SetChange.JOINS));
    assertThat(group().inSync()).containsExactly(A, B, C);
  }

  @Test
  void shouldEndALifeByTheNextOne() {
    apply(new PutNode(node(A, 2)));
    assertThat(group().inSync()).containsExactly(B, C);
    assertThat(group().epoch()).isEqualTo(2);
    apply(new PutNode(node(B, 2)));
    apply(new PutNode(node(C, 2)));
    assertThat(group().primary()).isNull();
    apply(new AttachDevice(C, 2, 0));
    assertThat(group().primary()).isEqualTo(C);
  }

  @Test
  void shouldKeepTheDeviceOfARenamedNode() {
    apply(new PutNode(new NodeMetadata(node(A, 1).id(), "renamed", 1)));
    assertThat(group().primary()).isEqualTo(A);
  }

  @Test
  void shouldLetAFailedDeviceGoWithoutItsNode() {
    apply(new DetachDevice(A, 1));
    assertThat(group().inSync()).containsExactly(B, C);
    assertRefused(new DetachDevice(A, 1), "is not attached");
    assertRefused(new DetachDevice(B, 2), "is the word of its 2");
  }

  @Test
  void shouldTakeAWipedOrMovedDeviceForGone() {
    DeviceMetadata a = device(A);
    apply(new PutDevice(device(A)));
    assertThat(group().primary()).as("nothing changed").isEqualTo(A);
    UUID wiped = new UUID(7, 100);
    apply(
        new PutDevice(
            new DeviceMetadata(a.id(), wiped, a.pool(), a.node(), a.path(), a.sizeBytes())));
    assertThat(group().inSync()).containsExactly(B, C);
    assertRefused(new AttachDevice(A, 1, 0), "was formatted since");
    apply(new AttachDevice(wiped, 1, 0));
    assertRefused(new ChangeSet(basis(), wiped, SetChange.JOINS), "or no member");
    DeviceMetadata b = device(B);
    apply(
        new PutDevice(new DeviceMetadata(b.id(), B, b.pool(), a.node(), b.path(), b.sizeBytes())));
    assertThat(group().inSync()).containsExactly(C);
  }

  @Test
  void shouldRefuseTwoDevicesWithOneContent() {
    DeviceMetadata copy =
        new DeviceMetadata(
            new UUID(9, 50), A, Samples.POOL.id(), node(B, 1).id(), "/dev/copy", 1L << 40);
    assertRefused(new PutDevice(copy), "/dev/copy is a copy of");
  }

  @Test
  void shouldChangeTheSetOnlyAsItWasSeen() {
    GroupBasis seen = basis();
    apply(new ChangeSet(seen, C, SetChange.LEAVES));
    assertThat(group().inSync()).containsExactly(A, B);
    assertRefused(
        new ChangeSet(seen, B, SetChange.LEAVES), "is in epoch 1, its set at version 2: look");
    assertRefused(new ChangeSet(basis(), A, SetChange.LEAVES), "it leads, or is not in it");
    assertRefused(new ChangeSet(basis(), B, SetChange.JOINS), "it is in it, or no member");
    apply(new ChangeSet(basis(), C, SetChange.JOINS));
    apply(new ChangeSet(basis(), C, SetChange.LEAVES));
    apply(new DetachDevice(C, 1));
    assertRefused(new ChangeSet(basis(), C, SetChange.JOINS), "is not attached");
    GroupBasis none = new GroupBasis(new VolumeId(new UUID(0, 0)), 1, 1);
    assertRefused(new ChangeSet(none, C, SetChange.JOINS), "does not exist, or has no replicas");
  }

  @Test
  void shouldHandOver() {
    apply(new HandOver(basis(), C));
    assertThat(group().primary()).isEqualTo(C);
    assertThat(group().epoch()).isEqualTo(2);
    assertRefused(new HandOver(basis(), C), "it leads already");
    assertRefused(new HandOver(new GroupBasis(VOLUME, 1, 1), A), "look at it");
  }

  @Test
  void shouldGoOnWithLessOnlyByADecisionThatIsKept() {
    apply(new FenceNode(node(C, 1).id(), 1));
    apply(new PutNode(node(C, 2)));
    apply(new AttachDevice(C, 2, 0));
    assertRefused(new AcceptDataLoss(basis(), C, DECISION), "nothing needs to be lost");
    apply(new FenceNode(node(A, 1).id(), 1));
    apply(new FenceNode(node(B, 1).id(), 1));
    assertThat(group().primary()).as("C missed something").isNull();
    assertRefused(
        new AcceptDataLoss(basis(), C, new AcceptedLoss.Decision(" ", 0, "x")), "who took it");
    assertRefused(
        new AcceptDataLoss(basis(), C, new AcceptedLoss.Decision("x".repeat(5000), 0, "x")),
        "too many words");
    assertRefused(new AcceptDataLoss(basis(), A, DECISION), "is not attached");
    apply(new AcceptDataLoss(basis(), C, DECISION));
    assertThat(group().primary()).isEqualTo(C);
    assertThat(state.replication().losses())
        .containsExactly(new AcceptedLoss(VOLUME, C, group().epoch(), state.version(), DECISION));
    assertThat(group().mayAcknowledge()).as("below the least still").isFalse();
  }

  @Test
  void shouldKeepTheNewestDecisionsOnly() {
    AcceptedLoss loss = new AcceptedLoss(VOLUME, A, 1, 1, DECISION);
    Replication all = Replication.NONE;
    for (int i = 0; i < Replication.LOSSES_MAX; i++) {
      all = all.remembering(loss);
    }
    AcceptedLoss newest = new AcceptedLoss(VOLUME, B, 2, 2, DECISION);
    assertThat(all.remembering(newest).losses()).hasSize(Replication.LOSSES_MAX).endsWith(newest);
  }

  @Test
  void shouldPlaceNewVolumesOnAttachedDevicesOnly() {
    VolumeMetadata volume = Samples.volume(2);
    apply(new DetachDevice(C, 1));
    assertRefused(
        new CreateVolume(volume, new Placement(set(A, C), A, 1)), "is not attached: choose");
    assertRefused(
        new CreateVolume(volume, new Placement(set(A), B, 1)), "is to lead and is no member");
    assertRefused(
        new CreateVolume(volume, new Placement(set(A, B), A, 3)), "3 replicas cannot be waited");
    assertRefused(
        new CreateVolume(volume, new Placement(set(A, B), A, 0)), "0 replicas cannot be waited");
    apply(new CreateVolume(volume, new Placement(set(A, B), B, 2)));
    assertThat(group(volume.id()).mayAcknowledge()).isTrue();
  }

  @Test
  void shouldPlaceAVolumeThatHasDataWhereThatIs() {
    VolumeMetadata volume = Samples.volume(2);
    apply(new CreateVolume(volume));
    long created = state.version();
    apply(new ChangeVolume(volume.with(VolumePhase.READY), created));
    Placement two = new Placement(set(A, B), A, 1);
    assertRefused(new PlaceVolume(volume.id(), two), "may have data");
    apply(new PlaceVolume(volume.id(), new Placement(set(A), A, 1)));
    assertRefused(new PlaceVolume(volume.id(), two), "placed already");
    GroupBasis seen = GroupBasis.of(volume.id(), group(volume.id()));
    apply(new ChangeMembers(seen, set(A, B), 1));
    assertThat(group(volume.id()).inSync()).as("B has nothing yet").containsExactly(A);
    assertRefused(new PlaceVolume(new VolumeId(new UUID(0, 0)), two), "does not exist");
  }

  @Test
  void shouldReplaceAMemberThatIsGoneForGood() {
    UUID spare = new UUID(7, 4);
    assertRefused(new ChangeMembers(basis(), set(A, B, spare), 2), "is not known");
    apply(new PutNode(node(spare, 1)));
    apply(new PutDevice(device(spare)));
    assertRefused(new ChangeMembers(basis(), set(A, B, spare), 2), "leave the set first");
    apply(new FenceNode(node(C, 1).id(), 1));
    apply(new ChangeMembers(basis(), set(A, B, spare), 2));
    apply(new AttachDevice(spare, 1, 0));
    apply(new ChangeSet(basis(), spare, SetChange.JOINS));
    assertThat(group().inSync()).containsExactly(A, B, spare);
    assertRefused(new ChangeMembers(basis(), set(A, B, spare), 4), "4 replicas cannot be");
  }

  @Test
  void shouldBeginEachEpochAboveAllThatMembersUsed() {
    apply(new AttachDevice(C, 1, 40));
    assertThat(group().epoch()).as("the present one goes on").isEqualTo(1);
    apply(new HandOver(basis(), B));
    assertThat(group().epoch()).isEqualTo(41);
    apply(new CreateVolume(Samples.volume(2), new Placement(set(A, C), A, 1)));
    assertThat(group(Samples.volume(2).id()).epoch()).isEqualTo(41);
    apply(new CreateVolume(Samples.volume(3), new Placement(set(A, B), A, 1)));
    assertThat(group(Samples.volume(3).id()).epoch()).as("C has none of it").isEqualTo(1);
    assertRefused(new AttachDevice(C, 1, Superblock.EPOCH_MAX), "too few above it");
    assertRefused(new AttachDevice(C, 1, -1), "too few above it");
  }

  @Test
  void shouldLetNobodyLeadInTheLastEpoch() {
    ReplicaGroup late =
        new ReplicaGroup(Superblock.EPOCH_MAX - 2, 1, A, set(A, B), set(A, B), new TreeSet<>(), 1);
    ReplicaGroup last = Check.present(late.handedTo(B), "it can be handed over");
    assertThat(last.primary()).isEqualTo(B);
    ReplicaGroup over = last.without(set(B));
    assertThat(over.primary()).isNull();
    assertThat(over.epoch()).isEqualTo(Superblock.EPOCH_MAX);
    assertThat(over.with(A).primary()).isNull();
  }

  @Test
  void shouldForgetAVolumesGroupWithIt() {
    apply(new ForgetVolume(VOLUME));
    assertThat(state.replication().groups()).isEmpty();
  }

  @Test
  void shouldLetOneLeadThatLeftAndHasEverything() {
    apply(new ChangeSet(basis(), C, SetChange.LEAVES));
    apply(new ChangeSet(basis(), B, SetChange.LEAVES));
    assertThat(group().eligible()).as("nothing was acknowledged since").containsExactly(B);
    apply(new FenceNode(node(A, 1).id(), 1));
    assertThat(group().primary()).isEqualTo(B);
    assertThat(group().eligible()).containsExactly(A);
  }

  /// A set that nobody leads keeps all of its members, however often their nodes start again.
  @Test
  void shouldKeepAllWhoHaveEverythingWhileNobodyLeads() {
    ReplicaGroup down = group().without(set(A, B, C));
    assertThat(down.without(set(A)).without(set(B, C))).isEqualTo(down);
  }

  private ReplicaGroup group() {
    return group(VOLUME);
  }

  private ReplicaGroup group(VolumeId volume) {
    return Check.present(state.replication().groups().get(volume), "it has a group");
  }

  private GroupBasis basis() {
    return GroupBasis.of(VOLUME, group());
  }

  private static SortedSet<UUID> set(UUID... devices) {
    return new TreeSet<>(List.of(devices));
  }

  private void apply(ClusterCommand command) {
    Applied applied = state.apply(command);
    assertThat(applied.refusal()).isNull();
    assertThat(applied.state().version()).isEqualTo(state.version() + 1);
    state = applied.state();
  }

  private void assertRefused(ClusterCommand command, String sentence) {
    Applied applied = state.apply(command);
    assertThat(applied.refusal()).contains(sentence);
    assertThat(applied.state()).isSameAs(state);
  }
}
