package io.ashlar.core.qos;

import io.ashlar.core.base.Check;

/// How many bytes background work (cleaning, scrubbing) may move. Foreground traffic pays in a
/// share of its own bytes, so that background work keeps pace with what makes it necessary; time
/// pays in at one of two rates, low while the foreground is busy and high once it has been quiet
/// for [#QUIET_NS]. The share is the dial by which the owner answers to pressure without a cliff.
/// One thread's own.
public final class BackgroundBudget {
  /// For how long no foreground traffic means an idle shard.
  public static final long QUIET_NS = 20_000_000L;

  /// The largest share.
  public static final int SHARE_PERCENT_MAX = 10_000;

  private static final long NS_PER_SECOND = 1_000_000_000L;

  private static final long SAVED_BYTES_LIMIT = 1L << 40;

  /// No more time than this is paid for at once; keeps products within 64 bits.
  private static final long ELAPSED_NS_MAX = NS_PER_SECOND;

  private final long busyBytesPerSecond;
  private final long idleBytesPerSecond;
  private final long savedBytesMax;
  private int sharePercent;
  private long savedBytes;
  private long carry;
  private long lastNs;
  private long foregroundNs;

  /// @param busyBytesPerSecond what is granted even under full load, so that nothing starves
  /// @param idleBytesPerSecond what is granted to an otherwise idle shard
  /// @param savedBytesMax how much is saved up at most: bounds a burst of background work
  public BackgroundBudget(
      long busyBytesPerSecond, long idleBytesPerSecond, long savedBytesMax, long nowNs) {
    Check.that(
        busyBytesPerSecond > 0
            && busyBytesPerSecond <= idleBytesPerSecond
            && idleBytesPerSecond <= QosLimits.BYTES_PER_SECOND_MAX / 2,
        "background rates are ordered and possible",
        busyBytesPerSecond,
        idleBytesPerSecond);
    Check.that(
        savedBytesMax > 0 && savedBytesMax <= SAVED_BYTES_LIMIT,
        "what is saved up can be counted",
        savedBytesMax);
    this.busyBytesPerSecond = busyBytesPerSecond;
    this.idleBytesPerSecond = idleBytesPerSecond;
    this.savedBytesMax = savedBytesMax;
    this.lastNs = nowNs;
    this.foregroundNs = nowNs - QUIET_NS;
  }

  /// Sets how much background work one foreground byte pays for: 100 for as much again, 0 for none.
  public void sharePercent(int next) {
    Check.that(next >= 0 && next <= SHARE_PERCENT_MAX, "the share is possible", next);
    sharePercent = next;
  }

  public int sharePercent() {
    return sharePercent;
  }

  /// Counts foreground bytes.
  public void onForeground(long bytes, long nowNs) {
    advance(nowNs);
    foregroundNs = nowNs;
    long most = savedBytesMax - savedBytes;
    savedBytes += Math.min(most, Math.min(bytes, savedBytesMax * 100) * sharePercent / 100);
  }

  /// How many bytes may be moved now; not positive while what was spent is not earned yet.
  public long availableBytes(long nowNs) {
    advance(nowNs);
    return savedBytes;
  }

  /// Counts background bytes; more than are available may be spent, and are owed then.
  public void spend(long bytes) {
    savedBytes -= bytes;
  }

  /// When something will be available again, if the foreground goes on as it does now.
  public long readyNs(long nowNs) {
    long owed = 1 - availableBytes(nowNs);
    if (owed <= 0) {
      return nowNs;
    }
    long rate = rate(nowNs);
    return nowNs + owed / rate * NS_PER_SECOND + (owed % rate * NS_PER_SECOND + rate - 1) / rate;
  }

  private long rate(long nowNs) {
    return nowNs - foregroundNs >= QUIET_NS ? idleBytesPerSecond : busyBytesPerSecond;
  }

  private void advance(long nowNs) {
    long elapsedNs = Math.clamp(nowNs - lastNs, 0, ELAPSED_NS_MAX);
    lastNs = nowNs;
    long earned = elapsedNs * rate(nowNs) + carry;
    savedBytes += earned / NS_PER_SECOND;
    carry = earned % NS_PER_SECOND;
    if (savedBytes >= savedBytesMax) {
      savedBytes = savedBytesMax;
      carry = 0;
    }
  }
}
