package io.ashlar.core.store;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class MergePaceTest {
  private static final long MILLISECOND = 1_000_000L;
  private static final long MERGE_BYTES = 32L << 20;
  private static final int FILL_AT_START = 40;
  private static final int STEP_BYTES = 12 * 1024;

  private final MergePace pace = new MergePace(0);
  private long nowNs;
  private long merged;

  /// Merges whenever it may.
  ///
  /// @param fillPercentPerMillisecond how fast changes come meanwhile
  /// @return how many milliseconds it took
  private long merge(boolean areHostsBusy, double fillPercentPerMillisecond) {
    long before = merged;
    long began = nowNs;
    pace.begin(MERGE_BYTES, FILL_AT_START);
    while (merged - before < MERGE_BYTES) {
      nowNs += MILLISECOND / 20;
      if (areHostsBusy) {
        pace.onHosts(nowNs);
      }
      double fill = fillPercentPerMillisecond * (nowNs - began) / MILLISECOND;
      pace.note(merged, MERGE_BYTES - (merged - before), FILL_AT_START + (int) fill);
      if (pace.mayWork(nowNs)) {
        merged += STEP_BYTES;
      } else {
        assertThat(pace.readyNs(nowNs)).isGreaterThan(nowNs);
      }
    }
    return (nowNs - began) / MILLISECOND;
  }

  @Test
  void shouldTakeItsTimeBesideHosts() {
    assertThat(merge(true, 0)).isBetween(1_980L, 2_010L);
  }

  /// 2,731 steps, one of them every 50 µs.
  @Test
  void shouldTakeEveryTurnWhereNobodyWaits() {
    merge(false, 0);
    assertThat(merge(false, 0)).isBetween(136L, 145L);
  }

  @Test
  void shouldBeDoneBeforeTheNextIsDue() {
    assertThat(merge(true, 0.1)).as("a quarter of the table in 250 ms").isBetween(230L, 260L);
    assertThat(merge(true, 0.1)).as("the next as well").isBetween(230L, 260L);
  }
}
