package io.ashlar.replication.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import io.ashlar.core.volume.VolumeId;
import io.ashlar.replication.metadata.ReplicaCommand.AttachDevice;
import java.util.Objects;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Clusters that live at random, each from a seed: nodes die, come back and are fenced, disks are
/// wiped, sets change, people force. What must never be is looked for after every command.
class ReplicaHistoryTest {
  private static final int SEEDS = 150;
  private static final int COMMANDS = 300;

  @Test
  void shouldKeepEveryPromiseWhateverHappens() {
    for (long seed = 0; seed < SEEDS; seed++) {
      ClusterLife life = new ClusterLife(seed, ClusterState::apply);
      assertThat(life.run(COMMANDS)).as("seed %d", seed).isNull();
    }
  }

  /// The test is worth something only if each command is committed often, by some seed at least.
  @Test
  void shouldCommitCommandsOfEveryKind() {
    SortedMap<String, Integer> committed = new TreeMap<>();
    for (long seed = 0; seed < SEEDS; seed++) {
      ClusterLife life = new ClusterLife(seed, ClusterState::apply);
      life.run(COMMANDS);
      life.committed().forEach((kind, count) -> committed.merge(kind, count, Integer::sum));
    }
    assertThat(committed).hasSize(13);
    assertThat(committed)
        .allSatisfy((kind, count) -> assertThat(count).as(kind).isGreaterThanOrEqualTo(20));
  }

  @ParameterizedTest
  @EnumSource(Fault.class)
  void shouldCatchAPlantedFault(Fault fault) {
    String complaint = null;
    for (long seed = 0; seed < SEEDS && complaint == null; seed++) {
      complaint = new ClusterLife(seed, fault::distort).run(COMMANDS);
    }
    assertThat(complaint).as("%s survives", fault).isNotNull();
  }

  /// Rules that are nearly right.
  enum Fault {
    EPOCH_STAYS_WITH_ANOTHER_PRIMARY,
    EPOCH_GOES_BACK,
    VERSION_STAYS,
    WHO_LEFT_STAYS_IN_THE_SET,
    ALL_MEMBERS_HAVE_EVERYTHING,
    THE_ELIGIBLE_ARE_FORGOTTEN,
    NOBODY_LEADS,
    FENCES_ARE_FORGOTTEN,
    EPOCHS_OF_DEVICES_ARE_FORGOTTEN;

    /// Applies a command in a way that is wrong.
    Applied distort(ClusterState state, ClusterCommand command) {
      ClusterCommand heard = command;
      if (this == EPOCHS_OF_DEVICES_ARE_FORGOTTEN && command instanceof AttachDevice attach) {
        heard = new AttachDevice(attach.device(), attach.nodeIncarnation(), 0);
      }
      Applied applied = state.apply(heard);
      Replication right = applied.state().replication();
      SortedMap<VolumeId, ReplicaGroup> groups = new TreeMap<>();
      right
          .groups()
          .forEach((id, after) -> {
            ReplicaGroup before = state.replication().groups().get(id);
            boolean isChanged = before != null && !before.equals(after);
            groups.put(id, isChanged ? wrong(before, after) : after);
          });
      Replication wrong =
          new Replication(
              this == FENCES_ARE_FORGOTTEN ? new TreeMap<>() : right.fenced(),
              right.attached(),
              right.epochsUsed(),
              groups,
              right.losses());
      return new Applied(rebuilt(applied.state(), wrong), applied.refusal());
    }

    private ReplicaGroup wrong(@Nullable ReplicaGroup former, ReplicaGroup after) {
      ReplicaGroup before = Objects.requireNonNull(former, "it changed");
      return switch (this) {
        case EPOCH_STAYS_WITH_ANOTHER_PRIMARY -> epoch(after, before.epoch());
        case EPOCH_GOES_BACK -> epoch(after, Math.max(1, after.epoch() - 1));
        case VERSION_STAYS -> group(after, before.version(), after.inSync(), after.eligible());
        case WHO_LEFT_STAYS_IN_THE_SET ->
            before.inSync().size() > after.inSync().size() && after.primary() != null
                ? group(after, after.version(), before.inSync(), new TreeSet<>())
                : after;
        case ALL_MEMBERS_HAVE_EVERYTHING ->
            group(after, after.version(), after.members(), new TreeSet<>());
        case THE_ELIGIBLE_ARE_FORGOTTEN ->
            group(after, after.version(), after.inSync(), new TreeSet<>());
        case NOBODY_LEADS -> leaderless(after);
        case FENCES_ARE_FORGOTTEN, EPOCHS_OF_DEVICES_ARE_FORGOTTEN -> after;
      };
    }

    private static ReplicaGroup epoch(ReplicaGroup group, int epoch) {
      return new ReplicaGroup(
          epoch,
          group.version(),
          group.primary(),
          group.members(),
          group.inSync(),
          group.eligible(),
          group.minInSync());
    }

    private static ReplicaGroup group(
        ReplicaGroup group, long version, SortedSet<UUID> inSync, SortedSet<UUID> eligible) {
      return new ReplicaGroup(
          group.epoch(),
          version,
          group.primary(),
          group.members(),
          inSync,
          eligible,
          group.minInSync());
    }

    private static ReplicaGroup leaderless(ReplicaGroup group) {
      @Nullable UUID nobody = null;
      return new ReplicaGroup(
          group.epoch(),
          group.version(),
          nobody,
          group.members(),
          group.inSync(),
          group.eligible(),
          group.minInSync());
    }

    private static ClusterState rebuilt(ClusterState state, Replication replication) {
      return new ClusterState(
          state.version(),
          state.cluster(),
          state.nextLayer(),
          state.nodes(),
          state.pools(),
          state.devices(),
          state.volumes(),
          replication);
    }
  }
}
