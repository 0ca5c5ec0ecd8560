package io.ashlar.core.qos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ashlar.core.base.CheckFailedException;
import java.math.BigInteger;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TokenBucketTest {
  private static final long SECOND = 1_000_000_000L;

  private final TokenBucket bucket = new TokenBucket();

  @Test
  void shouldLetEverythingThroughWithoutALimit() {
    assertThat(bucket.isUnlimited()).isTrue();
    assertThat(bucket.has(Long.MAX_VALUE, 0)).isTrue();
    bucket.take(Long.MAX_VALUE, 0);
    assertThat(bucket.has(Long.MAX_VALUE, 0)).isTrue();
  }

  @Test
  void shouldBeginWithNothingSavedUp() {
    bucket.limit(10, SECOND, 5);
    assertThat(bucket.isUnlimited()).isFalse();
    assertThat(bucket.has(1, 5)).isFalse();
    assertThat(bucket.readyNs(1)).isEqualTo(5 + SECOND / 10);
    assertThat(bucket.has(1, 5 + SECOND / 10 - 1)).isFalse();
    assertThat(bucket.has(1, 5 + SECOND / 10)).isTrue();
  }

  @Test
  void shouldSaveUpAtMostABurst() {
    bucket.limit(1000, SECOND / 2, 0);
    long later = 100 * SECOND;
    for (int i = 0; i < 500; i++) {
      assertThat(bucket.has(1, later)).isTrue();
      bucket.take(1, later);
    }
    assertThat(bucket.has(1, later)).isFalse();
  }

  @Test
  void shouldLetMoreThanABurstThroughOnceABurstIsSavedUpAndOweIt() {
    bucket.limit(1000, SECOND, 0);
    assertThat(bucket.has(10_000, SECOND - 1)).isFalse();
    assertThat(bucket.has(10_000, SECOND)).isTrue();
    bucket.take(10_000, SECOND);
    assertThat(bucket.has(1, 10 * SECOND)).isFalse();
    assertThat(bucket.has(1, 10 * SECOND + SECOND / 1000)).isTrue();
  }

  @Test
  void shouldNotDriftHoweverLongItRuns() {
    for (long rate : new long[] {3, 7, 999_983, 1_000_003, TokenBucket.RATE_MAX - 1}) {
      TokenBucket tested = new TokenBucket();
      tested.limit(rate, SECOND, 0);
      long nowNs = 0;
      long tokens = 1 + rate / 1_000_000;
      for (int i = 0; i < 1_000_000; i++) {
        nowNs = Math.max(nowNs, tested.readyNs(tokens));
        tested.take(tokens, nowNs);
      }
      long expected =
          BigInteger.valueOf(tokens)
              .multiply(BigInteger.valueOf(1_000_000L * SECOND))
              .divide(BigInteger.valueOf(rate))
              .longValueExact();
      assertThat(nowNs).as("rate %d", rate).isBetween(expected - 1, expected + 1);
    }
  }

  @Test
  void shouldCountOnThroughTheWrapOfTime() {
    long start = Long.MAX_VALUE - SECOND;
    bucket.limit(10, SECOND, start);
    assertThat(bucket.has(10, start + SECOND - 1)).isFalse();
    long wrapped = start + 2 * SECOND;
    assertThat(wrapped).isNegative();
    assertThat(bucket.has(10, wrapped)).isTrue();
    bucket.take(10, wrapped);
    assertThat(bucket.has(1, wrapped)).isFalse();
    assertThat(bucket.has(1, wrapped + SECOND / 10)).isTrue();
  }

  @Test
  void shouldSurviveCostsBeyondCounting() {
    bucket.limit(1, SECOND, 0);
    assertThat(bucket.has(Long.MAX_VALUE, SECOND)).isTrue();
    bucket.take(Long.MAX_VALUE, SECOND);
    assertThat(bucket.has(1, 1_000_000 * SECOND)).isFalse();
    assertThat(bucket.readyNs(1)).isGreaterThan(SECOND);
    bucket.limit(TokenBucket.RATE_MAX, SECOND, 2 * SECOND);
    bucket.take(TokenBucket.RATE_MAX - 1, 2 * SECOND);
    assertThat(bucket.readyNs(0)).isEqualTo(3 * SECOND - 1);
  }

  @Test
  void shouldForgiveWhatIsOwedWhenTheLimitChanges() {
    bucket.limit(1, SECOND, 0);
    bucket.take(3600, SECOND);
    bucket.limit(100, SECOND, 2 * SECOND);
    assertThat(bucket.readyNs(1)).isEqualTo(2 * SECOND + SECOND / 100);
  }

  @Test
  void shouldKeepWhatIsSavedUpAsFarAsTheNewBurstAllows() {
    bucket.limit(10, 4 * SECOND, 0);
    bucket.limit(10, 2 * SECOND, 10 * SECOND);
    assertThat(bucket.has(20, 10 * SECOND)).isTrue();
    bucket.take(20, 10 * SECOND);
    assertThat(bucket.has(1, 10 * SECOND)).isFalse();
  }

  @Test
  void shouldRefuseLimitsThatCannotBeCounted() {
    assertThatThrownBy(() -> bucket.limit(-1, 0, 0)).isInstanceOf(CheckFailedException.class);
    assertThatThrownBy(() -> bucket.limit(TokenBucket.RATE_MAX + 1, 0, 0))
        .isInstanceOf(CheckFailedException.class);
    assertThatThrownBy(() -> bucket.limit(1, -1, 0)).isInstanceOf(CheckFailedException.class);
    assertThatThrownBy(() -> bucket.limit(1, Long.MAX_VALUE, 0))
        .isInstanceOf(CheckFailedException.class);
  }

  /// In any stretch of time no more goes through than rate times (stretch + burst), give or take
  /// the one take that may exceed a burst; and a greedy taker gets all of it.
  @Test
  void shouldKeepWithinRateAndBurstForAnyTaker() {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    for (int run = 0; run < 200; run++) {
      long rate = 1L + random.nextInt(1_000_000);
      long burstNs = 1L + random.nextInt(2_000_000_000);
      long start = random.nextLong();
      TokenBucket tested = new TokenBucket();
      tested.limit(rate, burstNs, start);
      long nowNs = start;
      double taken = 0;
      long largest = 0;
      for (int i = 0; i < 2000; i++) {
        nowNs += random.nextInt(5_000_000);
        long tokens = 1L + random.nextInt((int) Math.max(1, rate / 50));
        while (tested.has(tokens, nowNs)) {
          tested.take(tokens, nowNs);
          taken += tokens;
          largest = Math.max(largest, tokens);
        }
      }
      double most = rate * ((nowNs - start + burstNs) / 1e9) + largest;
      assertThat(taken).as("seed %d run %d", seed, run).isLessThanOrEqualTo(most);
      double least = rate * ((nowNs - start - 5_000_000) / 1e9) - 2.0 * rate / 50 - 2;
      if (burstNs > 30_000_000) {
        assertThat(taken).as("seed %d run %d", seed, run).isGreaterThanOrEqualTo(least);
      }
    }
  }
}
