package io.ashlar.core.segment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ashlar.core.base.CheckFailedException;
import io.ashlar.core.format.Superblock.LaneGeometry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SegmentTableTest {
  private static final int SEGMENTS = 16;

  private final LaneGeometry geometry = new LaneGeometry(0, 1, 512, 1 << 20, SEGMENTS, 1 << 20);
  private final FreeSegments free = FreeSegments.of(SEGMENTS);
  private final SegmentTable table = new SegmentTable(geometry, free);

  private long address(int segment) {
    return geometry.segmentOffset(segment) / 512;
  }

  private int opened() {
    int segment = table.open(Stream.USER, 1);
    table.appended(segment, 8192, 5, 1);
    return segment;
  }

  @ParameterizedTest
  @EnumSource
  void shouldLetASegmentTakeOneWayOnly(SegmentState from) {
    for (SegmentState to : SegmentState.values()) {
      boolean isNext = SegmentState.ofCode((from.code() + 1) % SegmentState.values().length) == to;
      assertThat(from.mayBecome(to)).as("%s to %s", from, to).isEqualTo(isNext);
    }
  }

  @Test
  void shouldGiveEachLifeOfASegmentItsOwnGeneration() {
    table.offerRest();
    for (int life = 1; life <= 3 * SEGMENTS; life++) {
      int segment = opened();
      assertThat(table.generation(segment)).isEqualTo(life);
      assertThat(table.segmentOf(address(segment), life)).isEqualTo(segment);
      assertThat(table.segmentOf(address(segment), life - 1)).isEqualTo(-1);
      table.seal(segment);
      table.releaseDead(6);
      assertThat(table.freeReleased(6)).isEqualTo(1);
      assertThat(table.segmentOf(address(segment), life)).as("that life is over").isEqualTo(-1);
    }
    assertThat(table.held()).isZero();
  }

  @Test
  void shouldOpenNothingWhereNothingIsFree() {
    assertThat(table.open(Stream.USER, 1)).isEqualTo(-1);
  }

  @Test
  void shouldReleaseOnlyWhatIsDeadAndNotReplayed() {
    table.offerRest();
    int segment = opened();
    table.countTree(address(segment), table.generation(segment), 3);
    table.countDelta(address(segment), table.generation(segment), 2);
    table.releaseDead(6);
    assertThat(table.state(segment)).as("open").isEqualTo(SegmentState.OPEN);
    table.seal(segment);
    table.releaseDead(6);
    assertThat(table.state(segment)).as("alive in both").isEqualTo(SegmentState.SEALED);
    table.countTree(address(segment), table.generation(segment), -3);
    table.releaseDead(6);
    assertThat(table.state(segment)).as("alive in the delta").isEqualTo(SegmentState.SEALED);
    assertThat(table.countGainable()).isZero();
    table.countDelta(address(segment), table.generation(segment), -2);
    assertThat(table.countGainable()).isEqualTo(1);
    table.releaseDead(5);
    assertThat(table.state(segment)).as("replayed from 5").isEqualTo(SegmentState.SEALED);
    table.releaseDead(6);
    assertThat(table.state(segment)).isEqualTo(SegmentState.RELEASED);
    assertThat(table.countGainable()).isEqualTo(1);
    assertThat(table.liveUnitsTotal()).isZero();
  }

  @Test
  void shouldFreeNothingThatIsBeingRead() {
    table.offerRest();
    int segment = opened();
    table.seal(segment);
    table.releaseDead(6);
    table.pin(segment);
    table.pin(segment);
    table.unpin(segment);
    assertThat(table.freeReleased(6)).isZero();
    table.unpin(segment);
    assertThatThrownBy(() -> table.unpin(segment)).isInstanceOf(CheckFailedException.class);
    assertThat(table.freeReleased(6)).isEqualTo(1);
    assertThat(free.count()).isEqualTo(SEGMENTS);
  }

  @Test
  void shouldIgnoreCountsOfAnEarlierLife() {
    table.offerRest();
    int segment = opened();
    table.countTree(address(segment), table.generation(segment) + 1, 5);
    table.countDelta(address(segment), table.generation(segment) + 1, 5);
    assertThat(table.liveUnits(segment)).isZero();
    assertThatThrownBy(() -> table.countTree(address(segment), table.generation(segment), -1))
        .isInstanceOf(CheckFailedException.class);
    assertThatThrownBy(() -> table.countDelta(address(segment), table.generation(segment), -1))
        .isInstanceOf(CheckFailedException.class);
    assertThatThrownBy(() -> table.segmentOf(1L << 40, 1)).isInstanceOf(CheckFailedException.class);
  }

  @Test
  void shouldRestoreWhatACheckpointKeeps() {
    table.restore(3, SegmentState.SEALED, 9, Stream.COLD);
    table.restoreUse(3, 12, 4096, 40, 77);
    table.restore(4, SegmentState.RELEASED, 8, Stream.USER);
    table.restore(5, SegmentState.FREE, 8, Stream.USER);
    table.restoreGenerationLast(11);
    assertThatThrownBy(() -> table.restore(3, SegmentState.OPEN, 9, Stream.COLD))
        .hasMessageContaining("restored once");
    assertThat(table.state(3)).isEqualTo(SegmentState.SEALED);
    assertThat(table.stream(3)).isEqualTo(Stream.COLD);
    assertThat(table.treeUnits(3)).isEqualTo(12);
    assertThat(table.usedBytes(3)).isEqualTo(4096);
    assertThat(table.lastSequence(3)).isEqualTo(40);
    assertThat(table.lastMillis(3)).isEqualTo(77);
    assertThat(table.state(4))
        .as("the checkpoint that released it is durable")
        .isEqualTo(SegmentState.FREE);
    table.offerRest();
    assertThat(free.count()).isEqualTo(SEGMENTS - 1);
    assertThat(table.generation(table.open(Stream.META, 1))).isEqualTo(12);
  }

  @Test
  void shouldReplayOpeningsThatTheCheckpointKnowsAndSuchThatItDoesNot() {
    table.restore(3, SegmentState.OPEN, 9, Stream.USER);
    assertThat(table.mayReopen(3, 9)).isTrue();
    assertThat(table.mayReopen(3, 10)).isFalse();
    assertThat(table.mayReopen(4, 10)).isTrue();
    table.replayOpened(3, 9, Stream.USER, 1);
    table.replayOpened(4, 10, Stream.COLD, 1);
    assertThatThrownBy(() -> table.replayOpened(3, 11, Stream.USER, 1))
        .hasMessageContaining("same life");
    table.replayAppended(4, 4096, 6, 3);
    table.replayAppended(4, 2048, 5, 2);
    assertThat(table.usedBytes(4)).isEqualTo(4096);
    assertThat(table.lastSequence(4)).isEqualTo(6);
    table.replaySealed(4);
    table.replaySealed(4);
    assertThat(table.state(4)).isEqualTo(SegmentState.SEALED);
    assertThat(table.generationLast()).isEqualTo(10);
  }

  @Test
  void shouldCountWhatIsEvacuatedAsGainUntilItsCheckpointHasCome() {
    table.offerRest();
    int segment = opened();
    table.seal(segment);
    table.countTree(address(segment), table.generation(segment), 1);
    table.evacuated(segment, 9);
    assertThat(table.isEvacuated(segment)).isTrue();
    assertThat(table.countGainable()).isEqualTo(1);
    table.quarantine(segment);
    assertThat(table.isQuarantined(segment)).isTrue();
    assertThat(table.countGainable()).as("damaged: it stays").isZero();
    table.freeReleased(9);
    assertThat(table.isEvacuated(segment)).isTrue();
    table.freeReleased(10);
    assertThat(table.isEvacuated(segment)).isFalse();
  }

  @Test
  void shouldAppendToOpenSegmentsOnly() {
    table.offerRest();
    int segment = opened();
    table.seal(segment);
    assertThatThrownBy(() -> table.appended(segment, 1, 1, 1)).hasMessageContaining("open");
    assertThatThrownBy(() -> table.seal(segment)).hasMessageContaining("transition");
  }

  @Test
  void shouldFreeWhatTheLogReleasedOnceNobodyReadsIt() {
    table.offerRest();
    int read = opened();
    int idle = opened();
    table.countTree(address(read), table.generation(read), 3);
    table.countDelta(address(read), table.generation(read), 2);
    table.seal(read);
    table.seal(idle);
    table.pin(read);
    table.releasedByLog(read, table.generation(read) + 1);
    assertThat(table.releasedByLog()).as("news of another life").isZero();
    table.releasedByLog(read, table.generation(read));
    table.releasedByLog(read, table.generation(read));
    table.releasedByLog(idle, table.generation(idle));
    assertThat(table.releasedByLog()).as("a repeat does nothing").isEqualTo(2);
    assertThat(table.liveUnits(read)).as("what lived there lives elsewhere").isZero();
    assertThat(table.freeReleased(Long.MAX_VALUE)).as("not by a checkpoint").isZero();
    assertThat(table.freeReleasedByLog()).isEqualTo(1);
    assertThat(table.state(idle)).isEqualTo(SegmentState.FREE);
    assertThat(table.state(read)).isEqualTo(SegmentState.RELEASED);
    table.unpin(read);
    assertThat(table.freeReleasedByLog()).isEqualTo(1);
    assertThat(table.held()).isZero();
    assertThat(table.freeReleasedByLog()).as("once").isZero();
  }

  @Test
  void shouldReplayTheNextLifeOfWhatTheLogReleased() {
    table.offerRest();
    int first = opened();
    int second = opened();
    table.seal(first);
    table.seal(second);
    int life = table.generation(first);
    assertThat(table.mayReopen(first, life)).as("the same life").isTrue();
    assertThat(table.mayReopen(first, life + 9)).as("it is in use").isFalse();
    table.releasedByLog(first, life);
    table.releasedByLog(second, table.generation(second));
    assertThat(table.mayReopen(first, life + 9)).isTrue();
    table.replayOpened(first, life + 9, Stream.COLD, 1);
    assertThat(table.state(first)).isEqualTo(SegmentState.OPEN);
    assertThat(table.generation(first)).isEqualTo(life + 9);
    assertThat(table.freeReleasedByLog()).as("only the other").isEqualTo(1);
    assertThat(table.state(first)).isEqualTo(SegmentState.OPEN);
    assertThatThrownBy(() -> table.replayOpened(first, life + 10, Stream.COLD, 1))
        .isInstanceOf(CheckFailedException.class);
  }
}
