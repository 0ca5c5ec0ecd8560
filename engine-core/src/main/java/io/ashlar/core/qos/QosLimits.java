package io.ashlar.core.qos;

import io.ashlar.core.base.Check;

/// What a volume may take at most.
///
/// @param iops requests per second; 0 for no limit
/// @param bytesPerSecond payload per second; 0 for no limit
/// @param burstMillis how long an idle volume saves up: it may go beyond its rate by what the rate
///   yields in that time
public record QosLimits(long iops, long bytesPerSecond, int burstMillis) {
  public static final long IOPS_MAX = 1_000_000_000L;
  public static final long BYTES_PER_SECOND_MAX = TokenBucket.RATE_MAX;
  public static final int BURST_MILLIS_DEFAULT = 1_000;
  public static final int BURST_MILLIS_MAX = 60_000;

  public static final QosLimits UNLIMITED = new QosLimits(0, 0, BURST_MILLIS_DEFAULT);

  public QosLimits {
    Check.that(arePossible(iops, bytesPerSecond, burstMillis), "limits are within their limits");
  }

  /// Whether a record can be made of these.
  public static boolean arePossible(long iops, long bytesPerSecond, int burstMillis) {
    return iops >= 0
        && iops <= IOPS_MAX
        && bytesPerSecond >= 0
        && bytesPerSecond <= BYTES_PER_SECOND_MAX
        && burstMillis >= 1
        && burstMillis <= BURST_MILLIS_MAX;
  }

  /// Whether nothing is limited.
  public boolean isUnlimited() {
    return iops == 0 && bytesPerSecond == 0;
  }
}
