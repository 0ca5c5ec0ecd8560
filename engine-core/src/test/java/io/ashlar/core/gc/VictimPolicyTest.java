package io.ashlar.core.gc;

import static org.assertj.core.api.Assertions.assertThat;

import io.ashlar.core.format.Superblock.LaneGeometry;
import io.ashlar.core.segment.FreeSegments;
import io.ashlar.core.segment.SegmentTable;
import io.ashlar.core.segment.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class VictimPolicyTest {
  private static final int SEGMENTS = 16;
  private static final int UNITS = 2048;
  private static final long NOW = 1_000_000;

  private final LaneGeometry geometry = new LaneGeometry(0, 1, 512, 1 << 20, SEGMENTS, 1 << 20);
  private final SegmentTable segments = new SegmentTable(geometry, FreeSegments.of(SEGMENTS));
  private final VictimPolicy policy = new VictimPolicy(segments);

  @BeforeEach
  void offerAll() {
    segments.offerRest();
  }

  private int sealed(int liveUnits, long sequence, long millis) {
    int segment = open(liveUnits, sequence, millis);
    segments.seal(segment);
    return segment;
  }

  private int open(int liveUnits, long sequence, long millis) {
    return open(segments, liveUnits, sequence, millis);
  }

  private static int open(SegmentTable in, int liveUnits, long sequence, long millis) {
    int segment = in.open(Stream.USER, millis);
    in.appended(segment, 1 << 20, sequence, millis);
    long address = in.geometry().segmentOffset(segment) / 512;
    in.countTree(address, in.generation(segment), liveUnits);
    return segment;
  }

  private int choose(long replayFrom) {
    policy.beginBlocks(replayFrom);
    while (!policy.step()) {
      // Looks at some more.
    }
    return policy.best();
  }

  @Test
  void shouldFindNoVictimWhereThereIsNone() {
    open(10, 1, NOW);
    sealed(UNITS, 1, NOW - 100_000);
    assertThat(choose(100)).as("open and full ones").isEqualTo(-1);
  }

  @Test
  void shouldTakeDeadSegmentsOfBlocksSoThatTheLogReleasesThem() {
    int dead = sealed(0, 1, NOW);
    assertThat(choose(100)).isEqualTo(dead);
  }

  @Test
  void shouldChoosePagesApartFromBlocksAndLeaveDeadOnesToTheCheckpoint() {
    sealed(100, 1, NOW);
    int pages = segments.open(Stream.META, NOW);
    segments.appended(pages, 1 << 20, 1, NOW);
    segments.seal(pages);
    policy.beginPages(100);
    assertThat(policy.step()).isTrue();
    assertThat(policy.best()).as("nothing lives there").isEqualTo(-1);
    segments.countTree(geometry.segmentOffset(pages) / 512, segments.generation(pages), 8);
    policy.beginPages(100);
    assertThat(policy.step()).isTrue();
    assertThat(policy.best()).isEqualTo(pages);
  }

  @Test
  void shouldLeaveWhatRecoveryWouldReplay() {
    int victim = sealed(100, 7, NOW);
    assertThat(choose(7)).isEqualTo(-1);
    assertThat(choose(8)).isEqualTo(victim);
  }

  @Test
  void shouldLeaveWhatIsEvacuatedOrInQuarantine() {
    int evacuated = sealed(100, 1, NOW);
    int damaged = sealed(100, 1, NOW);
    segments.evacuated(evacuated, 20);
    segments.quarantine(damaged);
    assertThat(choose(10)).isEqualTo(-1);
    segments.freeReleased(21);
    assertThat(choose(30)).as("it still lives after its checkpoint").isEqualTo(evacuated);
  }

  @Test
  void shouldPreferTheEmptierOfTwoOfOneAge() {
    sealed(1000, 1, NOW);
    int emptier = sealed(200, 1, NOW);
    sealed(1500, 1, NOW);
    assertThat(choose(10)).isEqualTo(emptier);
  }

  @Test
  void shouldPreferTheOlderOfTwoThatAreAlike() {
    int older = sealed(1000, 1, NOW);
    sealed(1000, 1, NOW);
    assertThat(choose(10)).as("opened first").isEqualTo(older);
  }

  /// Many segments are looked through in steps; what is best by then may not be had at the end.
  @Test
  void shouldChooseAnewWhenTheBestIsGoneBeforeAllWereSeen() {
    int many = 2500;
    SegmentTable table =
        new SegmentTable(
            new LaneGeometry(0, 1, 512, 1 << 20, many, 1 << 20), FreeSegments.of(many));
    table.offerRest();
    int emptiest = open(table, 100, 1, NOW);
    int next = open(table, 1000, 1, NOW);
    table.seal(emptiest);
    table.seal(next);
    VictimPolicy choice = new VictimPolicy(table);
    choice.beginBlocks(100);
    assertThat(choice.step()).as("all were seen").isFalse();
    assertThat(choice.best()).isEqualTo(emptiest);
    table.quarantine(emptiest);
    int steps = 1;
    while (!choice.step()) {
      steps++;
    }
    assertThat(choice.best()).isEqualTo(next);
    assertThat(steps).as("looked through twice").isGreaterThanOrEqualTo(5);
  }
}
