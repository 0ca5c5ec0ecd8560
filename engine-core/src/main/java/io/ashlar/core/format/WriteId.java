package io.ashlar.core.format;

/// The version of a 4 KiB block: the epoch in which it was written (24 bits, the upper one 0 so
/// that versions compare as signed numbers) and a counter (40 bits).
public final class WriteId {
  public static final int COUNTER_BITS = 40;

  public static final long COUNTER_MAX = (1L << COUNTER_BITS) - 1;

  private WriteId() {}

  public static long of(int epoch, long counter) {
    return (long) epoch << COUNTER_BITS | counter;
  }

  public static int epoch(long writeId) {
    return (int) (writeId >>> COUNTER_BITS);
  }

  public static long counter(long writeId) {
    return writeId & COUNTER_MAX;
  }

  /// Whether `count` blocks may have the write ids from `first` on in a group of `epoch`: none is
  /// newer than the group.
  public static boolean isSound(long first, int count, int epoch) {
    return first > 0
        && epoch(first) >= 1
        && epoch(first) <= epoch
        && counter(first) + count - 1 <= COUNTER_MAX;
  }

  /// For people: epoch and counter.
  public static String text(long writeId) {
    return epoch(writeId) + ":" + counter(writeId);
  }
}
