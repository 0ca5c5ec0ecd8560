package io.ashlar.core.store;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class CleanerPaceTest {
  private static final long SECOND = 1_000_000_000L;
  private static final long MILLISECOND = 1_000_000L;
  private static final long ROOM_WANTED = 4L << 20;
  private static final int STEP_BYTES = 64 * 1024;

  private final CleanerPace pace = new CleanerPace(ROOM_WANTED, 0);
  private long nowNs;
  private long grown;
  private long cost;

  /// Lets the log grow for a second, a little every millisecond; the cleaner works whenever it may.
  ///
  /// @return what the cleaner did, in bytes read and written
  private long second(long grownBytes, long roomBytes, double utilization) {
    long before = cost;
    for (int i = 0; i < 1000; i++) {
      nowNs += MILLISECOND;
      grown += grownBytes / 1000;
      pace.note(grown, cost, roomBytes, utilization, nowNs);
      while (pace.mayWork(nowNs) && cost - before < 1L << 40) {
        cost += STEP_BYTES;
        pace.note(grown, cost, roomBytes, utilization, nowNs);
      }
    }
    return cost - before;
  }

  @Test
  void shouldCleanAsMuchAsTheLogGrows() {
    second(100 << 20, ROOM_WANTED * 3 / 4, 0.5);
    long done = second(100 << 20, ROOM_WANTED * 3 / 4, 0.5);
    // To gain a byte from a victim that is half alive, two are read and one is written.
    long needed = 3L * (100 << 20);
    assertThat(done).isBetween(needed, needed * 6 / 5 + needed / 10);
  }

  @Test
  void shouldCleanMoreTheFullerVictimsAre() {
    second(50 << 20, ROOM_WANTED, 0.2);
    long sparse = second(50 << 20, ROOM_WANTED, 0.2);
    long dense = second(50 << 20, ROOM_WANTED, 0.8);
    assertThat((double) dense / sparse).isBetween(4.0, 6.0);
  }

  @Test
  void shouldCleanFasterTheLessRoomIsLeft() {
    second(50 << 20, ROOM_WANTED, 0.5);
    long ample = second(50 << 20, ROOM_WANTED * 5, 0.5);
    assertThat(second(50 << 20, ROOM_WANTED, 0.5)).isCloseTo(ample, within(ample / 100));
    assertThat((double) second(50 << 20, ROOM_WANTED / 2, 0.5) / ample).isBetween(1.6, 1.8);
    assertThat((double) second(50 << 20, ROOM_WANTED / 4, 0.5) / ample).isBetween(1.9, 2.2);
  }

  @Test
  void shouldSetNoLimitBeforeHostsMustWait() {
    pace.note(1 << 20, 1L << 40, ROOM_WANTED / CleanerPace.URGENT_PART, 0.5, nowNs);
    assertThat(pace.mayWork(nowNs)).as("much is owed").isFalse();
    assertThat(pace.readyNs(nowNs)).isGreaterThan(nowNs + SECOND);
    pace.note(2 << 20, 1L << 40, ROOM_WANTED / CleanerPace.URGENT_PART - 1, 0.5, nowNs);
    assertThat(pace.mayWork(nowNs)).isTrue();
    pace.note(2 << 20, 1L << 40, ROOM_WANTED, 0.5, nowNs);
    assertThat(pace.mayWork(nowNs)).as("room is back").isFalse();
  }

  @Test
  void shouldGoOnSlowlyBesideReadersAndFastAlone() {
    long alone = second(0, ROOM_WANTED, 0.5);
    assertThat(alone).isCloseTo(CleanerPace.IDLE_BYTES_PER_SECOND, within(2L << 20));
    long beside = second(1000, ROOM_WANTED, 0.5);
    assertThat(beside).isCloseTo(CleanerPace.BUSY_BYTES_PER_SECOND, within(2L << 20));
  }

  @Test
  void shouldNotSaveUpForABurst() {
    for (int i = 0; i < 10; i++) {
      nowNs += SECOND;
      grown += 100 << 20;
      pace.note(grown, cost, ROOM_WANTED, 0.5, nowNs);
    }
    int steps = 0;
    while (pace.mayWork(nowNs)) {
      cost += STEP_BYTES;
      pace.note(grown, cost, ROOM_WANTED, 0.5, nowNs);
      steps++;
    }
    assertThat((long) steps * STEP_BYTES).isEqualTo(CleanerPace.SAVED_BYTES_MAX);
  }

  @Test
  void shouldCountOnNoMoreThanAVictimThatIsAlmostFull() {
    pace.note(4096, 0, ROOM_WANTED, 1.0, nowNs);
    assertThat(pace.mayWork(nowNs)).isTrue();
  }

  private static org.assertj.core.data.Offset<Long> within(long bytes) {
    return org.assertj.core.data.Offset.offset(bytes);
  }
}
