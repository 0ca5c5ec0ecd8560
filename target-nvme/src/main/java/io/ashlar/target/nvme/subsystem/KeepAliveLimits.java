package io.ashlar.target.nvme.subsystem;

import io.ashlar.core.base.Check;

/// Bounds on the keep-alive timeout (KATO) that hosts ask for.
///
/// @param timeoutMinMs shorter ones are refused
/// @param timeoutMaxMs longer ones, and none at all, are refused: a dead host must be seen
/// @param granularityMs what timeouts are rounded up to, a multiple of 100
public record KeepAliveLimits(long timeoutMinMs, long timeoutMaxMs, long granularityMs) {
  public static final KeepAliveLimits DEFAULT = new KeepAliveLimits(1_000, 600_000, 100);

  /// The unit in which the specification counts.
  public static final long UNIT_MS = 100;

  public KeepAliveLimits {
    Check.that(
        granularityMs >= UNIT_MS && granularityMs % UNIT_MS == 0,
        "granularity in units of 100 ms",
        granularityMs);
    Check.that(
        timeoutMinMs >= 1 && timeoutMinMs <= timeoutMaxMs,
        "the shortest timeout is not longer than the longest",
        timeoutMinMs,
        timeoutMaxMs);
    Check.that(timeoutMaxMs <= 0xFFFF_FFFFL, "a timeout fits 32 bits", timeoutMaxMs);
  }
}
