package io.ashlar.control;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import org.jspecify.annotations.Nullable;

/// What a volume may take of the node, at most.
///
/// @param iops requests per second; 0 for no limit
/// @param bytesPerSecond payload per second; 0 for no limit
/// @param burstMillis for how long a volume that was idle may go beyond its rate: what it saves up
public record QosLimits(long iops, long bytesPerSecond, int burstMillis) {
  public static final int BURST_MILLIS_DEFAULT = 1_000;
  public static final int BURST_MILLIS_MAX = 60_000;
  public static final QosLimits UNLIMITED = new QosLimits(0, 0, BURST_MILLIS_DEFAULT);

  /// As read from JSON, where every member may be left out.
  @JsonCreator
  static QosLimits of(
      @JsonProperty("iops") @Nullable Long iops,
      @JsonProperty("bytesPerSecond") @Nullable Long bytesPerSecond,
      @JsonProperty("burstMillis") @Nullable Integer burstMillis) {
    return new QosLimits(
        iops == null ? 0 : iops,
        bytesPerSecond == null ? 0 : bytesPerSecond,
        burstMillis == null ? BURST_MILLIS_DEFAULT : burstMillis);
  }
}
