package io.ashlar.core.qos;

import io.ashlar.core.base.Check;

/// Lets tokens through at a rate, and in a burst what was saved up while none were taken. One
/// number holds all state: the time at which the bucket will be, or was, empty and owe nothing (the
/// generic cell rate algorithm, ITU-T I.371). Time is the caller's, in nanoseconds of any origin;
/// only differences are used, so it may wrap. Fractions of a nanosecond are carried, so the rate
/// does not drift. One thread's own.
public final class TokenBucket {
  /// The highest rate in tokens per second: its product with 10^9 fits 64 unsigned bits.
  public static final long RATE_MAX = 1L << 34;

  private static final long NS_PER_SECOND = 1_000_000_000L;

  /// What one take can cost at most, in nanoseconds: 31 years.
  private static final long COST_MAX = NS_PER_SECOND * NS_PER_SECOND;

  private long ratePerSecond;
  private long burstNs;

  /// When the balance is nil; `now - emptyNs` is what is saved up, as time.
  private long emptyNs;

  /// What is left of the division in the last cost, in tokens times nanoseconds.
  private long carry;

  /// A bucket without limit.
  public TokenBucket() {}

  /// Sets rate and burst. What was saved up under the former rate is kept as far as the new burst
  /// allows, unless there was no limit before; what was owed is forgiven.
  ///
  /// @param nextRate tokens per second, at most [#RATE_MAX]; 0 for no limit
  /// @param nextBurstNs for how long tokens are saved up
  public void limit(long nextRate, long nextBurstNs, long nowNs) {
    Check.that(nextRate >= 0 && nextRate <= RATE_MAX, "the rate can be counted", nextRate);
    Check.that(nextBurstNs >= 0 && nextBurstNs <= COST_MAX, "the burst is possible", nextBurstNs);
    if (ratePerSecond == 0 || nowNs - emptyNs < 0) {
      emptyNs = nowNs;
    }
    ratePerSecond = nextRate;
    burstNs = nextBurstNs;
    carry = 0;
    forgetBeyondBurst(nowNs);
  }

  public boolean isUnlimited() {
    return ratePerSecond == 0;
  }

  /// Whether `tokens` may be taken now. More than a whole burst may be taken once a whole burst is
  /// saved up; the balance is negative then.
  public boolean has(long tokens, long nowNs) {
    return ratePerSecond == 0 || nowNs - readyNs(tokens) >= 0;
  }

  /// When `tokens` may be taken if none are taken before; in the past if that is so already.
  /// Meaningless without a limit.
  public long readyNs(long tokens) {
    return emptyNs + Math.min(costNs(tokens), burstNs);
  }

  /// Takes tokens, which [#has] has just allowed.
  public void take(long tokens, long nowNs) {
    if (ratePerSecond == 0) {
      return;
    }
    forgetBeyondBurst(nowNs);
    long cost = costNs(tokens);
    carry = cost == COST_MAX ? 0 : remainder(tokens);
    emptyNs += cost;
  }

  private void forgetBeyondBurst(long nowNs) {
    if (nowNs - emptyNs > burstNs) {
      emptyNs = nowNs - burstNs;
      carry = 0;
    }
  }

  /// How long the rate needs for `tokens`, rounded down, the carry counted in.
  private long costNs(long tokens) {
    long seconds = tokens / ratePerSecond;
    if (seconds >= NS_PER_SECOND) {
      return COST_MAX;
    }
    return seconds * NS_PER_SECOND + Long.divideUnsigned(numerator(tokens), ratePerSecond);
  }

  private long remainder(long tokens) {
    return Long.remainderUnsigned(numerator(tokens), ratePerSecond);
  }

  /// The part of a second's tokens, as tokens times nanoseconds. Below 2^64 by [#RATE_MAX].
  private long numerator(long tokens) {
    return tokens % ratePerSecond * NS_PER_SECOND + carry;
  }
}
