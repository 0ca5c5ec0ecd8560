package io.ashlar.target.nvme.subsystem;

import io.ashlar.core.base.Check;

/// Bounds on the keep-alive timeout (KATO) that hosts ask for.
///
/// @param timeoutMinMs shorter ones are refused
/// @param timeoutMaxMs longer ones, and none at all, are refused: a dead host must be seen
/// @param granularityMs what timeouts are rounded up to, a multiple of 100
/// @param restMs for how long a silent host keeps a controller that no keep-alive watches: one that
///   is not enabled, or a discovery controller without a timeout
public record KeepAliveLimits(
    long timeoutMinMs, long timeoutMaxMs, long granularityMs, long restMs) {
  /// The specification gives controllers that rest two minutes (Base 2.0, 3.1.2.3 and 3.3.2).
  public static final KeepAliveLimits DEFAULT = new KeepAliveLimits(1_000, 600_000, 100, 120_000);

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
    Check.that(restMs >= 1, "silence is bounded", restMs);
    Check.that(timeoutMaxMs <= 0xFFFF_FFFFL, "a timeout fits 32 bits", timeoutMaxMs);
  }
}
