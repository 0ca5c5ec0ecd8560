package io.ashlar.replication.metadata.raft;

import io.ashlar.core.base.Check;

/// How long things take, and how much is kept.
///
/// @param electionMinMillis followers that hear nothing for this long elect a leader, at the
///   earliest
/// @param electionMaxMillis and at the latest
/// @param requestMillis how long one node is waited for before the next is asked
/// @param proposalMillis how long a proposal is tried before it ends as unknown
/// @param snapshotEntries after so many entries of the log a snapshot takes their place
/// @param segmentBytes of one file of the log; those that a snapshot has made useless are deleted
public record RaftTimings(
    int electionMinMillis,
    int electionMaxMillis,
    int requestMillis,
    int proposalMillis,
    int snapshotEntries,
    int segmentBytes) {
  public static final RaftTimings DEFAULT =
      new RaftTimings(400, 800, 1_000, 10_000, 4_096, 4 << 20);

  public RaftTimings {
    Check.that(electionMinMillis > 0, "elections wait", electionMinMillis);
    Check.that(
        electionMaxMillis > electionMinMillis, "elections differ by chance", electionMaxMillis);
    Check.that(
        proposalMillis > electionMaxMillis + requestMillis, "a proposal outlives an election");
    Check.that(snapshotEntries > 0, "snapshots follow something", snapshotEntries);
    Check.that(segmentBytes >= 4096, "segments hold entries", segmentBytes);
  }
}
