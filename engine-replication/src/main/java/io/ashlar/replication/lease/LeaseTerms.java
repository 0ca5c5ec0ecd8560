package io.ashlar.replication.lease;

import io.ashlar.core.base.Check;

/// How long a lease lasts, the same for all nodes of a cluster.
///
/// @param lengthNs how long its giver keeps it, from when it gives it
/// @param driftPerMillion by how much one clock may at most run faster than another
public record LeaseTerms(long lengthNs, int driftPerMillion) {
  private static final int MILLION = 1_000_000;

  public LeaseTerms {
    Check.that(lengthNs > 0, "leases last", lengthNs);
    Check.that(driftPerMillion >= 0 && driftPerMillion < MILLION, "clocks run", driftPerMillion);
  }

  /// What its taker may count on, from when it asked: its own clock may be the slower one.
  long usableNs() {
    return lengthNs - lengthNs / MILLION * driftPerMillion;
  }
}
