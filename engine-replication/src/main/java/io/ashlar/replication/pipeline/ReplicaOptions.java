package io.ashlar.replication.pipeline;

import io.ashlar.core.base.Check;
import io.ashlar.replication.lease.LeaseTerms;
import io.ashlar.replication.link.LinkOptions;

/// How nodes deal with each other, the same on all of them.
///
/// @param links how messages are kept in order
/// @param leases how long promises last
/// @param heartbeatNs how often each node asks each other for a lease
public record ReplicaOptions(LinkOptions links, LeaseTerms leases, long heartbeatNs) {
  private static final long LEASE_NS = 600_000_000L;
  private static final long HEARTBEAT_NS = 100_000_000L;
  private static final int DRIFT_PER_MILLION = 1_000;

  public static final ReplicaOptions DEFAULT =
      new ReplicaOptions(
          LinkOptions.DEFAULT, new LeaseTerms(LEASE_NS, DRIFT_PER_MILLION), HEARTBEAT_NS);

  public ReplicaOptions {
    int messages = links.windowMessages();
    Check.that(
        PeerLink.isRoomy(messages, links.windowBytes()), "the longest request fits", messages);
  }
}
