package io.ashlar.core.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.ashlar.core.segment.SegmentState;
import io.ashlar.core.store.DamagedImage.Kind;
import io.ashlar.core.store.DamagedImage.Structure;
import io.ashlar.simulation.CrashChoice;
import io.ashlar.simulation.DiskImage;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A scrub on a device that takes its time: what happens meanwhile, and what is not its business.
class ScrubRaceTest {
  private static final int TURNS_MAX = 500_000;
  private static final long READ_NS = 200_000;
  private static final long HOUR_NS = 3_600_000_000_000L;
  private static final DamagedImage GOOD = ScrubTest.GOOD;

  private static StoreRig slow() {
    StoreRig rig = ScrubTest.open(GOOD.image.fork());
    rig.disk.latency(READ_NS, READ_NS);
    return rig;
  }

  private static void turn(StoreRig rig, int turns) {
    for (int turn = 0; turn < turns; turn++) {
      rig.turn();
    }
  }

  private static StoreRig reopen(StoreRig rig) {
    DiskImage after = rig.disk.state().crashed(CrashChoice.loseAll());
    return StoreRig.open(rig.clock, GOOD.disk(after, rig.clock));
  }

  /// However the reads of the superblocks and the writes of a checkpoint's fall together, no copy
  /// is called damaged because it was just written.
  @Test
  void shouldNotTakeASuperblockThatIsBeingWrittenForDamaged() {
    for (int delay = 0; delay < 120; delay += 3) {
      StoreRig rig = slow();
      rig.store.requestCheckpoint();
      turn(rig, delay);
      ScrubTest.scrub(rig);
      assertThat(rig.troubles).as("scrub %d turns after a checkpoint began", delay).isEmpty();
      assertThat(rig.store.scrubStatus().passes()).isEqualTo(1);
    }
  }

  /// What the device still has it ends; then the pass rests, and nothing is pinned for ever.
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 10, 30, 100, 333, 1000})
  void shouldStopAtAnyMomentAndGoOnLater(int turns) {
    StoreRig rig = slow();
    rig.store.startScrub();
    turn(rig, turns);
    rig.store.stopScrub();
    assertThat(rig.store.scrubStatus().running()).as("from now on").isFalse();
    turn(rig, 100);
    long read = rig.store.scrubStatus().bytesRead();
    rig.settle();
    turn(rig, 200);
    assertThat(rig.store.scrubStatus().bytesRead()).as("it rests").isEqualTo(read);
    ScrubTest.scrub(rig);
    assertThat(rig.store.scrubStatus().passes()).isEqualTo(1);
    assertThat(rig.troubles).isEmpty();
    rig.close();
    assertThat(reopen(rig).store.segments().state(GOOD.freeSegment)).isEqualTo(SegmentState.FREE);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 10, 30, 100, 333})
  void shouldCloseThoughAPassWaitsForTheDevice(int turns) {
    StoreRig rig = slow();
    rig.store.startScrub();
    turn(rig, turns);
    rig.close();
    assertThat(rig.disk.inFlight()).isZero();
    StoreRig again = reopen(rig);
    assertThat(BlockModel.versions(again.volume(1), DamagedImage.BLOCKS, again::turn))
        .isEqualTo(GOOD.versions);
  }

  @Test
  void shouldBeginNothingOnceTheStoreCloses() {
    StoreRig rig = slow();
    rig.store.scrubEvery(24 * HOUR_NS);
    rig.store.close();
    rig.clock.advance(48 * HOUR_NS);
    rig.close();
    assertThat(rig.store.scrubStatus().startedMillis()).isZero();
  }

  /// An idle shard sleeps until the device or the clock wakes it, also while the index reads a leaf
  /// to say whether a damaged block is alive.
  @Test
  void shouldSleepWhileTheDeviceReads() {
    StoreRig rig = slow();
    Structure block = ScrubTest.aliveBlock();
    rig.disk.flipBit(block.offset() + block.bytes() / 2, 3);
    rig.store.scrubEvery(720 * HOUR_NS);
    int asleep = 0;
    for (int turns = 0; rig.store.scrubStatus().passes() == 0; turns++) {
      assertThat(turns).as("turns of a pass").isLessThan(TURNS_MAX);
      long deadline = Math.min(rig.store.deadlineNs(), rig.disk.nextEndNs());
      assertThat(deadline).as("somebody wakes it").isLessThan(Long.MAX_VALUE);
      asleep += rig.store.deadlineNs() > rig.disk.nextEndNs() ? 1 : 0;
      rig.clock.advance(Math.clamp(deadline - rig.clock.nanoTime(), 0, 1_000_000));
      rig.turn();
    }
    assertThat(asleep).as("it slept").isPositive();
    assertThat(rig.store.scrubStatus().foundByPass()).isEqualTo(new ScrubFindings(1, 0, 0, 0));
  }

  /// Written down each hour when it was asked for, too.
  @Test
  void shouldRememberThePlaceOfAPassThatWasAskedFor() {
    StoreRig rig = ScrubTest.open(GOOD.image.fork());
    rig.store.startScrub();
    while (rig.store.scrubStatus().segment() < 6) {
      rig.turn();
    }
    rig.clock.advance(BackgroundScrub.SAVE_AFTER_NS);
    rig.turn();
    assertThat(rig.store.scrubStatus().asked()).isTrue();
    rig.turn();
    rig.store.stopScrub();
    rig.settle();
    assertThat(reopen(rig).store.scrubStatus().segment()).isBetween(6, 8);
  }

  /// A former checkpoint, and changes of the volumes, which the next checkpoint holds: the pass
  /// ends with one, so that a start does not need them.
  @Test
  void shouldSayNothingOfWhatNobodyNeedsAnyMore() {
    int tried = 0;
    for (Structure each : GOOD.structures()) {
      boolean isPiece = each.kind() == Kind.CHECKPOINT;
      if (!isPiece && each.kind() != Kind.CATALOGUE) {
        continue;
      }
      StoreRig rig = ScrubTest.open(GOOD.image.fork());
      rig.checkpoint();
      rig.settle();
      long current = rig.store.root().checkpoint().address() * 512;
      assertThat(each.offset()).as("a new checkpoint lies elsewhere").isNotEqualTo(current);
      rig.disk.flipBit(each.offset() + each.bytes() / 2, 3);
      ScrubTest.scrub(rig);
      assertThat(rig.troubles).as(each.name()).isEmpty();
      assertThat(reopen(rig).store.volumes()).hasSize(2);
      tried++;
    }
    assertThat(tried).isGreaterThan(2);
  }

  /// What is damaged behind the place where a pass was stopped is met twice, and told once.
  @Test
  void shouldTellOfADamagedHeaderAndPageOncePerPass() {
    Structure page = lostPage();
    int segment = (int) (page.offset() / StoreRig.SEGMENT_BYTES) - 1;
    List<Structure> headers =
        GOOD.structures().stream()
            .filter(each -> each.kind() == Kind.HEADER)
            .filter(each -> each.offset() / StoreRig.SEGMENT_BYTES - 1 == segment)
            .filter(each -> each.offset() + each.bytes() < page.offset() - 8192)
            .toList();
    StoreRig rig = ScrubTest.open(GOOD.image.fork());
    rig.disk.flipBit(page.offset() + page.bytes() / 2, 3);
    int damages = 1;
    if (!headers.isEmpty()) {
      rig.disk.flipBit(headers.getFirst().offset() + 20, 1);
      damages = 2;
    }
    rig.store.startScrub();
    for (int turns = 0; rig.troubles.size() < damages; turns++) {
      assertThat(turns).isLessThan(TURNS_MAX);
      rig.turn();
    }
    rig.store.stopScrub();
    turn(rig, 100);
    assertThat(rig.store.scrubStatus().segment()).isEqualTo(segment);
    ScrubTest.scrub(rig);
    assertThat(rig.troubles).as("told once").hasSize(damages);
    assertThat(rig.store.scrubStatus().foundByPass())
        .isEqualTo(new ScrubFindings(0, damages, 0, 0));
  }

  /// A page that is part of a tree, and not in memory after a start.
  private static Structure lostPage() {
    for (Structure each : GOOD.structures()) {
      if (each.kind() == Kind.PAGE) {
        StoreRig rig = ScrubTest.open(GOOD.image.fork());
        rig.disk.flipBit(each.offset() + each.bytes() / 2, 3);
        ScrubTest.scrub(rig);
        if (rig.store.scrubStatus().foundByPass().equals(new ScrubFindings(0, 1, 0, 0))) {
          return each;
        }
      }
    }
    throw new AssertionError("some page is part of a tree and not in memory");
  }
}
