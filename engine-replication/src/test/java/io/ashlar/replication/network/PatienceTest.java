package io.ashlar.replication.network;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/// How long is waited, and how often the same is told.
class PatienceTest {
  @Test
  void shouldWaitLongerEachTimeUpToABoundAndNeverExactlyAsLongAsOthers() {
    Backoff one = new Backoff(100, 1000, 1);
    Backoff two = new Backoff(100, 1000, 2);
    boolean haveDiffered = false;
    for (long most : new long[] {100, 200, 400, 800, 1000, 1000, 1000}) {
      long waitOne = one.next();
      long waitTwo = two.next();
      assertThat(waitOne).isBetween(most / 2, most);
      assertThat(waitTwo).isBetween(most / 2, most);
      haveDiffered |= waitOne != waitTwo;
    }
    assertThat(haveDiffered).isTrue();
    one.reset();
    assertThat(one.next()).isBetween(50L, 100L);
  }

  @Test
  void shouldTellTheSameOnceAMinuteAndForgetWhatIsOld() {
    Complaints complaints = new Complaints();
    assertThat(complaints.isNews("a", 0)).isTrue();
    assertThat(complaints.isNews("a", 59_000_000_000L)).isFalse();
    assertThat(complaints.isNews("b", 59_000_000_000L)).isTrue();
    assertThat(complaints.isNews("a", 60_000_000_000L)).isTrue();
    for (int i = 0; i < 1000; i++) {
      assertThat(complaints.isNews("no. " + i, 60_000_000_000L)).isTrue();
    }
    assertThat(complaints.isNews("a", 60_000_000_001L)).as("bounded").isTrue();
  }
}
