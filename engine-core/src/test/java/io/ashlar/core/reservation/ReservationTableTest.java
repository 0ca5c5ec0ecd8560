package io.ashlar.core.reservation;

import static io.ashlar.core.reservation.ReservationNotice.REGISTRATION_PREEMPTED;
import static io.ashlar.core.reservation.ReservationNotice.RESERVATION_PREEMPTED;
import static io.ashlar.core.reservation.ReservationNotice.RESERVATION_RELEASED;
import static io.ashlar.core.reservation.ReservationOutcome.CONFLICT;
import static io.ashlar.core.reservation.ReservationOutcome.FULL;
import static io.ashlar.core.reservation.ReservationOutcome.INVALID;
import static io.ashlar.core.reservation.ReservationOutcome.OK;
import static io.ashlar.core.reservation.ReservationType.EXCLUSIVE_ACCESS;
import static io.ashlar.core.reservation.ReservationType.WRITE_EXCLUSIVE;
import static io.ashlar.core.reservation.ReservationType.WRITE_EXCLUSIVE_ALL_REGISTRANTS;
import static io.ashlar.core.reservation.ReservationType.WRITE_EXCLUSIVE_REGISTRANTS_ONLY;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class ReservationTableTest {
  private static final HostIdentity ALICE = HostIdentity.nvme("nqn.2026-01.test:alice", 1, 2);
  private static final HostIdentity BOB = HostIdentity.iscsi("iqn.2026-01.test:bob", 7);
  private static final HostIdentity CAROL = HostIdentity.iscsi("iqn.2026-01.test:bob", 8);
  private static final HostIdentity STRANGER = HostIdentity.nvme("nqn.2026-01.test:s", 1, 2);

  private final ReservationTable table = new ReservationTable();
  private final List<String> notices = new ArrayList<>();
  private final List<HostIdentity> preempted = new ArrayList<>();

  ReservationTableTest() {
    table.addListener((host, notice) -> notices.add(nameOf(host) + " " + notice));
  }

  @Test
  void shouldLetEveryoneInWhileNothingIsReserved() {
    table.register(ALICE, 1);
    assertAccess(STRANGER, "rw");
    assertThat(table.type()).isNull();
    assertThat(table.holder()).isNull();
  }

  @ParameterizedTest
  @CsvSource({
    "WRITE_EXCLUSIVE, r, r",
    "EXCLUSIVE_ACCESS, -, -",
    "WRITE_EXCLUSIVE_REGISTRANTS_ONLY, rw, r",
    "EXCLUSIVE_ACCESS_REGISTRANTS_ONLY, rw, -",
    "WRITE_EXCLUSIVE_ALL_REGISTRANTS, rw, r",
    "EXCLUSIVE_ACCESS_ALL_REGISTRANTS, rw, -"
  })
  void shouldGiveAccessAsTheTypeSays(ReservationType type, String registrant, String stranger) {
    registerAll();
    assertThat(table.reserve(ALICE, 1, type)).isEqualTo(OK);
    assertAccess(ALICE, "rw");
    assertAccess(BOB, registrant);
    assertAccess(STRANGER, stranger);
  }

  @Test
  void shouldTakeTheSameRegistrationTwiceAndNoOther() {
    assertThat(table.register(ALICE, 1)).isEqualTo(OK);
    assertThat(table.register(ALICE, 1)).isEqualTo(OK);
    assertThat(table.register(ALICE, 2)).isEqualTo(CONFLICT);
    assertThat(table.keyOf(ALICE)).isEqualTo(1);
    assertThat(table.registrants()).hasSize(1);
  }

  @Test
  void shouldRefuseToRegisterTheZeroKey() {
    assertThat(table.register(ALICE, 0)).isEqualTo(INVALID);
    assertThat(table.registerIgnoringKey(ALICE, 0)).isEqualTo(INVALID);
    assertThat(table.isRegistered(ALICE)).isFalse();
  }

  @Test
  void shouldReplaceAKeyOnlyForWhoKnowsIt() {
    table.register(ALICE, 1);
    assertThat(table.replace(ALICE, 9, 2)).isEqualTo(CONFLICT);
    assertThat(table.replace(BOB, 0, 2)).isEqualTo(CONFLICT);
    assertThat(table.replace(ALICE, 1, 2)).isEqualTo(OK);
    assertThat(table.keyOf(ALICE)).isEqualTo(2);
    assertThat(table.registerIgnoringKey(ALICE, 3)).isEqualTo(OK);
    assertThat(table.keyOf(ALICE)).isEqualTo(3);
  }

  @Test
  void shouldKeepTheReservationWhenItsHolderChangesItsKey() {
    registerAll();
    table.reserve(ALICE, 1, EXCLUSIVE_ACCESS);
    table.replace(ALICE, 1, 11);
    assertThat(table.isHolder(ALICE)).isTrue();
    assertThat(notices).isEmpty();
  }

  @Test
  void shouldTellHostsOfOneNameApart() {
    table.register(BOB, 2);
    assertThat(table.isRegistered(CAROL)).isFalse();
    assertThat(table.isRegistered(HostIdentity.iscsi("iqn.2026-01.test:bob", 7))).isTrue();
  }

  @Test
  void shouldRefuseMoreRegistrantsThanItHolds() {
    for (int i = 0; i < ReservationTable.REGISTRANTS_MAX; i++) {
      assertThat(table.register(HostIdentity.nvme("nqn.h", 0, i), 5)).isEqualTo(OK);
    }
    assertThat(table.register(ALICE, 1)).isEqualTo(FULL);
    assertThat(table.registerIgnoringKey(HostIdentity.nvme("nqn.h", 0, 0), 6)).isEqualTo(OK);
  }

  @Test
  void shouldReserveForRegistrantsOnlyAndOnlyOnce() {
    registerAll();
    assertThat(table.reserve(STRANGER, 0, WRITE_EXCLUSIVE)).isEqualTo(CONFLICT);
    assertThat(table.reserve(ALICE, 2, WRITE_EXCLUSIVE)).isEqualTo(CONFLICT);
    assertThat(table.reserve(ALICE, 1, WRITE_EXCLUSIVE)).isEqualTo(OK);
    assertThat(table.reserve(ALICE, 1, WRITE_EXCLUSIVE)).as("again").isEqualTo(OK);
    assertThat(table.reserve(ALICE, 1, EXCLUSIVE_ACCESS)).as("other type").isEqualTo(CONFLICT);
    assertThat(table.reserve(BOB, 2, WRITE_EXCLUSIVE)).isEqualTo(CONFLICT);
    assertThat(table.holder()).isEqualTo(ALICE);
  }

  @Test
  void shouldLetAnyRegistrantReserveAgainWhatAllHold() {
    registerAll();
    table.reserve(ALICE, 1, WRITE_EXCLUSIVE_ALL_REGISTRANTS);
    assertThat(table.reserve(BOB, 2, WRITE_EXCLUSIVE_ALL_REGISTRANTS)).isEqualTo(OK);
    assertThat(table.holder()).isNull();
    assertThat(table.isHolder(BOB)).isTrue();
    assertThat(table.isHolder(STRANGER)).isFalse();
  }

  @Test
  void shouldReleaseOnlyForTheHolderAndTheRightType() {
    registerAll();
    table.reserve(ALICE, 1, WRITE_EXCLUSIVE);
    assertThat(table.release(STRANGER, 0, WRITE_EXCLUSIVE)).isEqualTo(CONFLICT);
    assertThat(table.release(ALICE, 9, WRITE_EXCLUSIVE)).isEqualTo(CONFLICT);
    assertThat(table.release(BOB, 2, WRITE_EXCLUSIVE)).as("holds nothing").isEqualTo(OK);
    assertThat(table.release(ALICE, 1, EXCLUSIVE_ACCESS)).isEqualTo(INVALID);
    assertThat(table.type()).isEqualTo(WRITE_EXCLUSIVE);
    assertThat(table.release(ALICE, 1, WRITE_EXCLUSIVE)).isEqualTo(OK);
    assertThat(table.type()).isNull();
    assertThat(notices).as("nobody lost access by this type's release").isEmpty();
  }

  @Test
  void shouldTellTheOtherRegistrantsOfARelease() {
    registerAll();
    table.reserve(ALICE, 1, WRITE_EXCLUSIVE_REGISTRANTS_ONLY);
    table.release(ALICE, 1, WRITE_EXCLUSIVE_REGISTRANTS_ONLY);
    assertThat(notices)
        .containsExactly("bob " + RESERVATION_RELEASED, "carol " + RESERVATION_RELEASED);
  }

  @ParameterizedTest
  @EnumSource(ReservationType.class)
  void shouldEndTheReservationWithItsHoldersRegistration(ReservationType type) {
    registerAll();
    table.reserve(ALICE, 1, type);
    assertThat(table.unregister(ALICE, 2)).isEqualTo(CONFLICT);
    assertThat(table.unregister(ALICE, 1)).isEqualTo(OK);
    assertThat(table.type()).isEqualTo(type.isHeldByAll() ? type : null);
    assertThat(notices).hasSize(type.admitsRegistrants() && !type.isHeldByAll() ? 2 : 0);
    table.unregister(BOB, 2);
    table.unregister(CAROL, 3);
    assertThat(table.type()).as("no holder is left").isNull();
  }

  @Test
  void shouldKeepTheReservationWhenAnotherUnregisters() {
    registerAll();
    table.reserve(ALICE, 1, WRITE_EXCLUSIVE);
    table.unregister(BOB, 2);
    assertThat(table.holder()).isEqualTo(ALICE);
    assertThat(table.unregisterIgnoringKey(BOB)).as("twice").isEqualTo(CONFLICT);
  }

  @Test
  void shouldClearEverythingAndTellTheOthers() {
    registerAll();
    table.reserve(ALICE, 1, EXCLUSIVE_ACCESS);
    assertThat(table.clear(STRANGER, 0)).isEqualTo(CONFLICT);
    assertThat(table.clear(BOB, 2)).as("a registrant that holds nothing may").isEqualTo(OK);
    assertThat(table.registrants()).isEmpty();
    assertThat(table.type()).isNull();
    assertThat(notices)
        .containsExactly("alice " + RESERVATION_PREEMPTED, "carol " + RESERVATION_PREEMPTED);
  }

  @Test
  void shouldTakeOverFromThePreemptedHolder() {
    registerAll();
    table.reserve(ALICE, 1, EXCLUSIVE_ACCESS);
    assertThat(preempt(BOB, 2, 1, WRITE_EXCLUSIVE)).isEqualTo(OK);
    assertThat(table.holder()).isEqualTo(BOB);
    assertThat(table.type()).isEqualTo(WRITE_EXCLUSIVE);
    assertThat(table.isRegistered(ALICE)).isFalse();
    assertThat(preempted).containsExactly(ALICE);
    assertThat(notices)
        .containsExactlyInAnyOrder(
            "alice " + REGISTRATION_PREEMPTED, "carol " + RESERVATION_RELEASED);
  }

  @Test
  void shouldNotAnnounceAReleaseWhenTheTypeStays() {
    registerAll();
    table.reserve(ALICE, 1, EXCLUSIVE_ACCESS);
    preempt(BOB, 2, 1, EXCLUSIVE_ACCESS);
    assertThat(notices).containsExactly("alice " + REGISTRATION_PREEMPTED);
  }

  @Test
  void shouldPreemptAllWhoShareTheHoldersKeyButTheOneWhoAsks() {
    table.register(ALICE, 5);
    table.register(BOB, 5);
    table.register(CAROL, 5);
    table.reserve(ALICE, 5, EXCLUSIVE_ACCESS);
    assertThat(preempt(BOB, 5, 5, EXCLUSIVE_ACCESS)).isEqualTo(OK);
    assertThat(preempted).containsExactlyInAnyOrder(ALICE, CAROL);
    assertThat(table.holder()).isEqualTo(BOB);
  }

  @Test
  void shouldLetTheHolderPreemptItselfToChangeTheType() {
    registerAll();
    table.reserve(ALICE, 1, EXCLUSIVE_ACCESS);
    assertThat(preempt(ALICE, 1, 1, WRITE_EXCLUSIVE)).isEqualTo(OK);
    assertThat(table.type()).isEqualTo(WRITE_EXCLUSIVE);
    assertThat(table.holder()).isEqualTo(ALICE);
    assertThat(preempted).isEmpty();
  }

  @Test
  void shouldOnlyRemoveRegistrationsWhenTheKeyIsNotTheHolders() {
    registerAll();
    table.reserve(ALICE, 1, WRITE_EXCLUSIVE);
    assertThat(preempt(BOB, 2, 3, EXCLUSIVE_ACCESS)).isEqualTo(OK);
    assertThat(table.isRegistered(CAROL)).isFalse();
    assertThat(table.holder()).isEqualTo(ALICE);
    assertThat(table.type()).isEqualTo(WRITE_EXCLUSIVE);
    assertThat(notices).containsExactly("carol " + REGISTRATION_PREEMPTED);
  }

  @Test
  void shouldRemoveRegistrationsWhereNothingIsReserved() {
    registerAll();
    assertThat(preempt(ALICE, 1, 2, WRITE_EXCLUSIVE)).isEqualTo(OK);
    assertThat(table.isRegistered(BOB)).isFalse();
    assertThat(table.type()).as("preempting registrants reserves nothing").isNull();
    assertThat(preempt(ALICE, 1, 99, WRITE_EXCLUSIVE)).as("nobody's key").isEqualTo(CONFLICT);
    assertThat(preempt(STRANGER, 0, 3, WRITE_EXCLUSIVE)).isEqualTo(CONFLICT);
    assertThat(preempt(ALICE, 1, 0, WRITE_EXCLUSIVE)).isEqualTo(INVALID);
  }

  @Test
  void shouldRefuseTheZeroKeyAgainstASingleHolder() {
    registerAll();
    table.reserve(ALICE, 1, WRITE_EXCLUSIVE);
    assertThat(preempt(BOB, 2, 0, WRITE_EXCLUSIVE)).isEqualTo(INVALID);
    assertThat(table.holder()).isEqualTo(ALICE);
  }

  @Test
  void shouldTakeOverFromAllRegistrantsByTheZeroKey() {
    registerAll();
    table.reserve(ALICE, 1, WRITE_EXCLUSIVE_ALL_REGISTRANTS);
    assertThat(preempt(BOB, 2, 0, WRITE_EXCLUSIVE)).isEqualTo(OK);
    assertThat(preempted).containsExactlyInAnyOrder(ALICE, CAROL);
    assertThat(table.holder()).isEqualTo(BOB);
    assertThat(table.registrants()).hasSize(1);
  }

  @Test
  void shouldRemoveOneOfAllHoldersByItsKey() {
    registerAll();
    table.reserve(ALICE, 1, WRITE_EXCLUSIVE_ALL_REGISTRANTS);
    assertThat(preempt(BOB, 2, 1, WRITE_EXCLUSIVE)).isEqualTo(OK);
    assertThat(preempted).containsExactly(ALICE);
    assertThat(table.type()).isEqualTo(WRITE_EXCLUSIVE_ALL_REGISTRANTS);
  }

  @Test
  void shouldEndWhatAllHeldWhenTheLastPreemptsItself() {
    table.register(ALICE, 1);
    table.reserve(ALICE, 1, WRITE_EXCLUSIVE_ALL_REGISTRANTS);
    assertThat(preempt(ALICE, 1, 1, WRITE_EXCLUSIVE)).isEqualTo(OK);
    assertThat(table.registrants()).isEmpty();
    assertThat(table.type()).isNull();
    assertThat(notices).as("it knows").isEmpty();
  }

  @Test
  void shouldCountGenerationsAsBothSpecificationsDo() {
    registerAll();
    assertThat(table.generation()).isEqualTo(3);
    table.reserve(ALICE, 1, WRITE_EXCLUSIVE);
    table.release(ALICE, 1, WRITE_EXCLUSIVE);
    table.preempt(ALICE, 1, 99, WRITE_EXCLUSIVE, preempted);
    assertThat(table.generation()).isEqualTo(3);
    preempt(ALICE, 1, 2, WRITE_EXCLUSIVE);
    table.replace(ALICE, 1, 4);
    table.unregister(CAROL, 3);
    table.clear(ALICE, 4);
    assertThat(table.generation()).isEqualTo(7);
  }

  @Test
  void shouldRaiseTheVersionWithEachChangeAndNoOther() {
    long before = table.version();
    table.register(ALICE, 0);
    table.reserve(ALICE, 1, WRITE_EXCLUSIVE);
    assertThat(table.version()).isEqualTo(before);
    table.register(ALICE, 1);
    assertThat(table.version()).isGreaterThan(before);
  }

  @Test
  void shouldForgetOnLossOfPowerWhatDoesNotPersist() {
    registerAll();
    table.persist(Persistence.PERSISTENT);
    table.reserve(ALICE, 1, WRITE_EXCLUSIVE);
    table.losePower();
    assertThat(table.holder()).isEqualTo(ALICE);
    assertThat(table.generation()).isZero();
    table.persist(Persistence.VOLATILE);
    table.losePower();
    assertThat(table.registrants()).isEmpty();
    assertThat(table.type()).isNull();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void shouldKeepItsInvariantsUnderRandomCommands(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    List<HostIdentity> hosts = List.of(ALICE, BOB, CAROL, STRANGER);
    List<ReservationType> types = List.of(ReservationType.values());
    for (int step = 0; step < 5_000; step++) {
      HostIdentity host = hosts.get(random.nextInt(4));
      ReservationType type = types.get(random.nextInt(types.size()));
      long key = random.nextInt(4) == 0 ? random.nextInt(4) : table.keyOf(host);
      String before = picture();
      long version = table.version();
      ReservationOutcome outcome =
          switch (random.nextInt(8)) {
            case 0, 1 -> table.register(host, 1 + random.nextInt(3));
            case 2 -> table.replace(host, key, random.nextInt(4));
            case 3 -> table.unregister(host, key);
            case 4 -> table.reserve(host, key, type);
            case 5 -> table.release(host, key, type);
            case 6 -> random.nextInt(9) == 0 ? table.clear(host, key) : CONFLICT;
            default -> preempt(host, key, random.nextInt(4), type);
          };
      String where = "seed " + seed + ", step " + step;
      if (outcome != OK) {
        assertThat(picture()).as(where).isEqualTo(before);
      }
      if (!picture().equals(before)) {
        assertThat(table.version()).as(where).isGreaterThan(version);
      }
      assertSound(where);
    }
  }

  private void assertSound(String where) {
    ReservationType type = table.type();
    HostIdentity holder = table.holder();
    if (type == null) {
      assertThat(holder).as(where).isNull();
    } else if (type.isHeldByAll()) {
      assertThat(holder).as(where).isNull();
      assertThat(table.registrants()).as(where).isNotEmpty();
    } else {
      assertThat(table.registrants()).as(where).anyMatch(one -> one.host().equals(holder));
    }
    assertThat(table.registrants()).as(where).allMatch(one -> one.key() != 0);
  }

  private String picture() {
    return table.registrants() + " " + table.type() + " " + table.holder();
  }

  private ReservationOutcome preempt(
      HostIdentity host, long key, long preemptKey, ReservationType type) {
    preempted.clear();
    return table.preempt(host, key, preemptKey, type, preempted);
  }

  private void registerAll() {
    table.register(ALICE, 1);
    table.register(BOB, 2);
    table.register(CAROL, 3);
  }

  private void assertAccess(HostIdentity host, String access) {
    assertThat(table.mayRead(host)).isEqualTo(access.contains("r"));
    assertThat(table.mayWrite(host)).isEqualTo(access.contains("w"));
  }

  private static String nameOf(HostIdentity host) {
    return host.equals(ALICE) ? "alice" : host.equals(BOB) ? "bob" : "carol";
  }
}
