package io.ashlar.replication.failover;

import io.ashlar.core.base.Check;

/// How patient a [FailureDetector] is.
///
/// @param graceNs a node that could not be reached for so long is gone, counted from when it was
///   last seen reachable: the storage network's own silence comes on top
/// @param firstContactNs the same for a life that was never reached yet: connections take longer to
///   make than to keep
/// @param pauseNs who looks away for longer than this was stopped itself, and holds that time
///   against nobody
/// @param repeatNs how long a verdict that changed nothing is not repeated
public record DetectorTerms(long graceNs, long firstContactNs, long pauseNs, long repeatNs) {
  private static final long MILLISECOND_NS = 1_000_000L;

  public static final DetectorTerms DEFAULT =
      new DetectorTerms(
          250 * MILLISECOND_NS,
          5_000 * MILLISECOND_NS,
          150 * MILLISECOND_NS,
          1_000 * MILLISECOND_NS);

  public DetectorTerms {
    Check.that(graceNs > 0, "nodes get some grace", graceNs);
    Check.that(firstContactNs >= graceNs, "who is new gets no less", firstContactNs, graceNs);
    Check.that(pauseNs > 0 && pauseNs <= graceNs, "a pause is seen within the grace", pauseNs);
    Check.that(repeatNs > 0, "verdicts are repeated at some time", repeatNs);
  }
}
