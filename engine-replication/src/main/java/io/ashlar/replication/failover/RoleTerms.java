package io.ashlar.replication.failover;

/// How patient a primary is with its members.
///
/// @param stallNs how long a member of the in-sync set may keep everybody waiting before it leaves
/// @param lookNs how often that is looked at
/// @param rejoinNs how long one that left this way stays out at least; doubled each time it leaves
///   again
/// @param rejoinMaxNs how long at most
public record RoleTerms(long stallNs, long lookNs, long rejoinNs, long rejoinMaxNs) {
  private static final long MILLIS = 1_000_000L;

  public static final RoleTerms DEFAULT =
      new RoleTerms(1_500 * MILLIS, 20 * MILLIS, 5_000 * MILLIS, 300_000 * MILLIS);
}
