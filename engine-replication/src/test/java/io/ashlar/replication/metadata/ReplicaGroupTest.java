package io.ashlar.replication.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedSet;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReplicaGroupTest {
  private static final UUID A = new UUID(0, 1);
  private static final UUID B = new UUID(0, 2);
  private static final UUID C = new UUID(0, 3);

  private static SortedSet<UUID> set(UUID... devices) {
    return new TreeSet<>(List.of(devices));
  }

  private final ReplicaGroup three = ReplicaGroup.of(set(A, B, C), A, 2);

  @Test
  void shouldLetAnotherMemberLeadWhenThePrimaryIsGone() {
    ReplicaGroup after = three.without(set(A));
    assertThat(after.primary()).isEqualTo(B);
    assertThat(after.epoch()).isEqualTo(2);
    assertThat(after.inSync()).containsExactly(B, C);
    assertThat(after.eligible()).isEmpty();
    assertThat(after.mayAcknowledge()).isTrue();
  }

  @Test
  void shouldKeepThePrimaryWhenAnotherIsGone() {
    ReplicaGroup after = three.without(set(C));
    assertThat(after.primary()).isEqualTo(A);
    assertThat(after.epoch()).isEqualTo(1);
    assertThat(after.version()).isEqualTo(2);
    assertThat(after.inSync()).containsExactly(A, B);
  }

  @Test
  void shouldAcknowledgeNothingBelowTheLeast() {
    ReplicaGroup after = three.without(set(C)).without(set(B));
    assertThat(after.inSync()).containsExactly(A);
    assertThat(after.mayAcknowledge()).isFalse();
    assertThat(after.eligible()).as("nothing was acknowledged without it").containsExactly(B);
  }

  @Test
  void shouldGoOnWithWhoLeftLastWhenNothingWasAcknowledgedSince() {
    ReplicaGroup after = three.without(set(C)).without(set(B)).without(set(A)).with(B);
    assertThat(after.primary()).isEqualTo(B);
    assertThat(after.inSync()).containsExactly(B);
    assertThat(after.eligible()).as("the other one has everything as well").containsExactly(A);
  }

  @Test
  void shouldNotGoOnWithWhoMissedSomething() {
    ReplicaGroup down = three.without(set(C)).without(set(A, B));
    assertThat(down.primary()).isNull();
    assertThat(down.with(C)).isEqualTo(down);
    assertThat(down.with(B).primary()).isEqualTo(B);
  }

  @Test
  void shouldForgetTheEligibleOnceItAcknowledgesAgain() {
    ReplicaGroup after = three.without(set(C)).without(set(B)).joined(C);
    assertThat(after).isNotNull();
    assertThat(after.inSync()).containsExactly(A, C);
    assertThat(after.mayAcknowledge()).isTrue();
    assertThat(after.eligible()).isEmpty();
  }

  @Test
  void shouldRefuseWhatCannotBe() {
    assertThat(three.dropped(A)).as("the primary drops itself").isNull();
    assertThat(three.joined(B)).as("in the set already").isNull();
    assertThat(three.joined(new UUID(0, 9))).as("no member").isNull();
    assertThat(three.handedTo(A)).as("leads already").isNull();
    assertThat(three.without(set(C)).handedTo(C)).as("not in the set").isNull();
    assertThat(three.forcedTo(new UUID(0, 9))).as("no member").isNull();
  }

  @Test
  void shouldHandOver() {
    ReplicaGroup after = three.handedTo(C);
    assertThat(after).isNotNull();
    assertThat(after.primary()).isEqualTo(C);
    assertThat(after.epoch()).isEqualTo(2);
    assertThat(after.inSync()).isEqualTo(three.inSync());
  }

  @Test
  void shouldGoOnWithOneWhateverIsLostIfForced() {
    ReplicaGroup after = three.without(set(C)).without(set(A, B)).forcedTo(C);
    assertThat(after).isNotNull();
    assertThat(after.primary()).isEqualTo(C);
    assertThat(after.inSync()).containsExactly(C);
    assertThat(after.eligible()).isEmpty();
  }

  /// Devices come and go at random while writes are acknowledged. Whoever leads has them all.
  @ParameterizedTest
  @CsvSource({"1,1", "2,1", "2,2", "3,1", "3,2", "3,3", "5,3"})
  void shouldNeverLetOneLeadWhoMissedAnAcknowledgedWrite(int members, int minInSync) {
    for (long seed = 0; seed < 300; seed++) {
      new Life(members, minInSync, seed).run(400);
    }
  }

  /// A volume's life: which device has how many of the acknowledged writes.
  private static final class Life {
    private final SplittableRandom dice;
    private final List<UUID> devices = new ArrayList<>();
    private final SortedSet<UUID> up = new TreeSet<>();
    private final Map<UUID, Integer> has = new HashMap<>();
    private final String replay;
    private ReplicaGroup group;
    private int acknowledged;

    Life(int members, int minInSync, long seed) {
      dice = new SplittableRandom(seed);
      replay = "members %d, least %d, seed %d".formatted(members, minInSync, seed);
      for (int i = 1; i <= members; i++) {
        devices.add(new UUID(0, i));
      }
      up.addAll(devices);
      devices.forEach(each -> has.put(each, 0));
      group = ReplicaGroup.of(new TreeSet<>(devices), devices.getFirst(), minInSync);
    }

    void run(int steps) {
      for (int i = 0; i < steps; i++) {
        ReplicaGroup before = group;
        step(devices.get(dice.nextInt(devices.size())));
        assertThat(group.epoch()).as(replay).isGreaterThanOrEqualTo(before.epoch());
        boolean sameLeader = Objects.equals(group.primary(), before.primary());
        assertThat(group.epoch() > before.epoch() || sameLeader).as(replay).isTrue();
        assertThat(group.version() > before.version() || group.equals(before)).as(replay).isTrue();
        if (group.primary() != null) {
          assertThat(has.get(group.primary())).as(replay).isEqualTo(acknowledged);
        }
      }
    }

    private void step(UUID device) {
      switch (dice.nextInt(6)) {
        case 0 -> {
          if (up.remove(device)) {
            group = group.without(set(device));
          }
        }
        case 1 -> {
          up.add(device);
          group = group.with(device);
        }
        case 2 -> take(group.dropped(device));
        case 3 -> {
          boolean isReady = group.primary() != null && up.contains(device);
          ReplicaGroup next = isReady ? group.joined(device) : null;
          if (next != null) {
            has.put(device, acknowledged);
            group = next;
          }
        }
        case 4 -> take(group.handedTo(device));
        default -> write();
      }
    }

    private void take(@Nullable ReplicaGroup next) {
      group = next == null ? group : next;
    }

    private void write() {
      if (group.mayAcknowledge() && up.containsAll(group.inSync())) {
        acknowledged++;
        group.inSync().forEach(each -> has.put(each, acknowledged));
      }
    }
  }
}
