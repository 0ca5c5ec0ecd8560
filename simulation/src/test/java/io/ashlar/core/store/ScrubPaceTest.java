package io.ashlar.core.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.ashlar.simulation.CrashChoice;
import io.ashlar.simulation.DiskImage;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/// How fast the scrub reads, when it begins, and what it keeps of that over restarts.
class ScrubPaceTest {
  private static final int TURNS_MAX = 500_000;
  private static final long HOUR_NS = 3_600_000_000_000L;
  private static final long DAY_NS = 24 * HOUR_NS;

  /// Writes and reads that never pause, for so many turns.
  private static void keepBusy(StoreRig rig, BlockModel model, SplittableRandom random, int turns) {
    for (int turn = 0; turn < turns; turn++) {
      if (turn % 10 == 0) {
        model.submit(rig.volume(1), random);
      }
      rig.turn();
    }
  }

  private static StoreRig busy(BlockModel model, SplittableRandom random) {
    StoreRig rig = ScrubTest.open(ScrubTest.GOOD.image.fork());
    rig.disk.latency(200_000, 400_000);
    model.rebase(ScrubTest.GOOD.versions);
    keepBusy(rig, model, random, 100);
    return rig;
  }

  /// In 90 ms a host that never pauses leaves 92 KiB to a pass at 1 MiB/s. Two pieces of 128 KiB
  /// are what may be owed, another what was saved up while the host was not there yet.
  @Test
  void shouldGiveWayToHosts() {
    BlockModel model = new BlockModel(DamagedImage.BLOCKS);
    SplittableRandom random = new SplittableRandom(3);
    StoreRig rig = busy(model, random);
    rig.store.scrubEvery(DAY_NS);
    keepBusy(rig, model, random, 9_000);
    assertThat(rig.store.scrubStatus().running()).isTrue();
    assertThat(rig.store.scrubStatus().bytesRead()).isBetween(1L, 3 * 128 * 1024L);
  }

  /// At least a MiB/s, though no turn finds the store without a request.
  @Test
  void shouldReadAtItsRateBesideHostsThatNeverPause() {
    BlockModel model = new BlockModel(DamagedImage.BLOCKS);
    SplittableRandom random = new SplittableRandom(4);
    StoreRig rig = busy(model, random);
    rig.store.scrubEvery(DAY_NS);
    rig.turn();
    long before = rig.store.scrubStatus().bytesRead();
    keepBusy(rig, model, random, 200_000);
    long read = rig.store.scrubStatus().bytesRead() - before;
    assertThat(read).isBetween(7L << 18, (long) BackgroundScrub.HASTE << 21);
  }

  @Test
  void shouldBeginByItselfAndOnlyAsOftenAsItShould() {
    StoreRig rig = ScrubTest.open(ScrubTest.GOOD.image.fork());
    rig.store.scrubEvery(DAY_NS);
    pass(rig, 47 * HOUR_NS);
    assertThat(rig.store.scrubStatus().passes()).isEqualTo(2);
    assertThat(rig.troubles).isEmpty();
  }

  /// Lets time go by in steps of 18 s.
  private static void pass(StoreRig rig, long ns) {
    for (long gone = 0; gone < ns; gone += HOUR_NS / 200) {
      rig.clock.advance(HOUR_NS / 200);
      rig.turn();
      rig.turn();
    }
  }

  /// Lets the pass under way end.
  private static void finish(StoreRig rig) {
    for (int turns = 0; rig.store.scrubStatus().passes() == 0; turns++) {
      assertThat(turns).as("turns of a pass").isLessThan(TURNS_MAX);
      rig.clock.advance(1_000_000);
      rig.turn();
    }
  }

  /// Power is lost once the checkpoint is made that a pass asks for at its end; time goes on.
  private static StoreRig restart(StoreRig rig) {
    rig.turn();
    rig.settle();
    DiskImage after = rig.disk.state().crashed(CrashChoice.loseAll());
    return StoreRig.open(rig.clock, ScrubTest.GOOD.disk(after, rig.clock));
  }

  @Test
  void shouldNotBeginAgainAtARestartBeforeItsTime() {
    StoreRig rig = ScrubTest.open(ScrubTest.GOOD.image.fork());
    rig.store.scrubEvery(DAY_NS);
    finish(rig);
    long ended = rig.store.scrubStatus().endedMillis();
    assertThat(ended).isPositive();
    for (int restart = 0; restart < 3; restart++) {
      rig = restart(rig);
      assertThat(rig.store.scrubStatus().endedMillis()).isEqualTo(ended);
      rig.store.scrubEvery(DAY_NS);
      pass(rig, 7 * HOUR_NS);
      assertThat(rig.store.scrubStatus().startedMillis()).as("restart %d", restart).isZero();
    }
    pass(rig, 3 * HOUR_NS);
    finish(rig);
    assertThat(rig.store.scrubStatus().endedMillis()).isGreaterThan(ended + DAY_NS / 1_000_000);
  }

  @Test
  void shouldGoOnAtARestartWithAPassThatDidNotEnd() {
    StoreRig rig = ScrubTest.open(ScrubTest.GOOD.image.fork());
    rig.store.scrubEvery(30 * DAY_NS);
    while (rig.store.scrubStatus().segment() < 6) {
      rig.turn();
    }
    rig.close();
    DiskImage after = rig.disk.state().crashed(CrashChoice.loseAll());
    StoreRig again = StoreRig.open(rig.clock, ScrubTest.GOOD.disk(after, rig.clock));
    assertThat(again.store.scrubStatus().segment()).isGreaterThanOrEqualTo(6);
    again.store.scrubEvery(30 * DAY_NS);
    again.turn();
    assertThat(again.store.scrubStatus().running()).isTrue();
    finish(again);
    assertThat(again.store.scrubStatus().bytesRead())
        .as("not all of it again")
        .isLessThan(ScrubTest.GOOD.image.sizeBytes() * 3 / 4);
    assertThat(restart(again).store.scrubStatus().endedMillis())
        .isEqualTo(again.store.scrubStatus().endedMillis());
  }

  @Test
  void shouldHurryAPassThatIsAskedForWhileOneGoesOnByItself() {
    StoreRig rig = ScrubTest.open(ScrubTest.GOOD.image.fork());
    rig.store.scrubEvery(30 * DAY_NS);
    rig.turn();
    assertThat(rig.store.scrubStatus().running()).isTrue();
    assertThat(rig.store.scrubStatus().asked()).isFalse();
    long began = rig.clock.nanoTime();
    ScrubTest.scrub(rig);
    assertThat(rig.store.scrubStatus().passes()).isEqualTo(1);
    long bytes = rig.store.scrubStatus().bytesRead();
    assertThat(rig.clock.nanoTime() - began)
        .as("faster than it would go by itself")
        .isLessThan(bytes * 1_000_000_000L / (BackgroundScrub.HASTE << 20));
  }

  /// Written down each hour, so that a crash costs no more than that of a pass.
  @Test
  void shouldRememberItsPlaceOverACrash() {
    StoreRig rig = ScrubTest.open(ScrubTest.GOOD.image.fork());
    rig.store.scrubEvery(30 * DAY_NS);
    while (rig.store.scrubStatus().segment() < 6) {
      rig.turn();
    }
    rig.clock.advance(BackgroundScrub.SAVE_AFTER_NS);
    rig.turn();
    StoreRig again = restart(rig);
    assertThat(again.store.scrubStatus().segment()).isBetween(6, 7);
  }

  /// A deadline is when there is something to do, so that an idle shard sleeps and a pass goes on.
  @Test
  void shouldSayWhenItGoesOn() {
    StoreRig rig = ScrubTest.open(ScrubTest.GOOD.image.fork());
    rig.store.scrubEvery(30 * DAY_NS);
    for (int turns = 0; rig.store.scrubStatus().passes() == 0; turns++) {
      assertThat(turns).as("turns of a pass").isLessThan(TURNS_MAX);
      long deadline = rig.store.deadlineNs();
      long now = rig.clock.nanoTime();
      assertThat(deadline == Long.MAX_VALUE ? rig.disk.inFlight() : 1)
          .as("asleep only with something under way")
          .isPositive();
      rig.clock.advance(Math.clamp(deadline - now, 0, 1_000_000));
      rig.turn();
    }
    rig.settle();
  }
}
