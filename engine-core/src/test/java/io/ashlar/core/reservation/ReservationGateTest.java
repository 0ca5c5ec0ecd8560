package io.ashlar.core.reservation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class ReservationGateTest {
  private static final HostIdentity ALICE = HostIdentity.nvme("nqn.2026-01.test:alice", 1, 2);
  private static final HostIdentity BOB = HostIdentity.iscsi("iqn.2026-01.test:bob", 7);

  private final ReservationTable table = new ReservationTable();
  private final ReservationGate gate = table.gate();
  private final List<String> events = new ArrayList<>();

  @Test
  void shouldEndAChangeWhenItIsSaved() {
    gate.submit(new Step("alice", () -> table.register(ALICE, 1)));
    assertThat(events).containsExactly("alice saves");
    gate.saved(true);
    assertThat(events).containsExactly("alice saves", "alice DURABLE");
    assertThat(table.isRegistered(ALICE)).isTrue();
  }

  @Test
  void shouldSaveNothingForWhatIsRefusedOrChangesNothing() {
    gate.submit(new Step("zero", () -> table.register(ALICE, 0)));
    gate.submit(new Step("nothing", () -> ReservationOutcome.OK));
    assertThat(events).containsExactly("zero REFUSED", "nothing DURABLE");
  }

  /// A host of the other protocol does not build on what is taken back.
  @Test
  void shouldUndoWhatCannotBeSavedBeforeTheNextBegins() {
    gate.submit(new Step("alice", () -> table.register(ALICE, 1)));
    gate.submit(
        new Step(
            "bob",
            () -> {
              assertThat(table.isRegistered(ALICE)).isFalse();
              return table.register(BOB, 2);
            }));
    assertThat(table.isRegistered(BOB)).isFalse();
    gate.saved(false);
    gate.saved(true);
    assertThat(events).containsExactly("alice saves", "alice UNDONE", "bob saves", "bob DURABLE");
    assertThat(table.registrants()).containsExactly(new Registrant(BOB, 2));
  }

  @Test
  void shouldTakeBackOnlyWhatHasNotBegun() {
    Step first = new Step("alice", () -> table.register(ALICE, 1));
    Step second = new Step("bob", () -> table.register(BOB, 2));
    gate.submit(first);
    gate.submit(second);
    assertThat(gate.withdraw(first)).isFalse();
    assertThat(gate.withdraw(second)).isTrue();
    gate.saved(true);
    assertThat(events).containsExactly("alice saves", "bob WITHDRAWN", "alice DURABLE");
    assertThat(table.isRegistered(BOB)).isFalse();
  }

  /// PREEMPT AND ABORT may withdraw changes that wait behind it.
  @Test
  void shouldBearThatAChangeWithdrawsAnother() {
    Step second = new Step("bob", () -> table.register(BOB, 2));
    Step first =
        new Step(
            "alice",
            () -> {
              gate.withdraw(second);
              return table.register(ALICE, 1);
            });
    gate.submit(new Step("nobody", () -> table.persist(Persistence.PERSISTENT)));
    gate.submit(first);
    gate.submit(second);
    gate.saved(true);
    gate.saved(true);
    assertThat(events)
        .containsExactly(
            "nobody saves", "nobody DURABLE", "bob WITHDRAWN", "alice saves", "alice DURABLE");
  }

  @Test
  void shouldEndAnAbortAfterTheCommandsThatItCouldNotWithdraw() {
    gate.submit(
        new Step(
            "alice",
            () -> {
              gate.await();
              gate.await();
              gate.await();
              gate.over();
              return table.register(ALICE, 1);
            }));
    gate.submit(new Step("bob", () -> table.register(BOB, 2)));
    gate.over();
    gate.saved(true);
    assertThat(events).containsExactly("alice saves");
    gate.over();
    assertThat(events).containsExactly("alice saves", "alice DURABLE", "bob saves");
    gate.saved(true);
    assertThat(events).endsWith("bob DURABLE");
  }

  @Test
  void shouldWaitAlsoWhereNothingIsToBeSaved() {
    gate.submit(
        new Step(
            "alice",
            () -> {
              gate.await();
              return ReservationOutcome.OK;
            }));
    assertThat(events).isEmpty();
    gate.over();
    assertThat(events).containsExactly("alice DURABLE");
  }

  @Test
  void shouldWaitAfterAChangeThatWasUndone() {
    gate.submit(
        new Step(
            "alice",
            () -> {
              gate.await();
              return table.register(ALICE, 1);
            }));
    gate.saved(false);
    assertThat(table.isRegistered(ALICE)).isFalse();
    assertThat(events).containsExactly("alice saves");
    gate.over();
    assertThat(events).containsExactly("alice saves", "alice UNDONE");
  }

  /// A change that notes what becomes of it.
  private final class Step implements ReservationGate.Change {
    private final String name;
    private final Supplier<ReservationOutcome> action;

    Step(String name, Supplier<ReservationOutcome> action) {
      this.name = name;
      this.action = action;
    }

    @Override
    public boolean apply() {
      return action.get() == ReservationOutcome.OK;
    }

    @Override
    public void save() {
      events.add(name + " saves");
    }

    @Override
    public void end(ReservationGate.Ending ending) {
      events.add(name + " " + ending);
    }
  }
}
