package io.ashlar.replication.pipeline;

import java.util.Collections;
import java.util.SortedSet;

/// How a node leads a volume, as the cluster's metadata says.
///
/// @param epoch as it was given to this node
/// @param inSync the other nodes whose replicas are in the in-sync set
/// @param others the other nodes whose replicas are to catch up
/// @param minInSync with fewer in the set, this node's included, nothing is acknowledged
/// @param notBeforeNs when the lease of whoever led before is over; hosts wait until then
public record LeadTerms(
    int epoch,
    SortedSet<Integer> inSync,
    SortedSet<Integer> others,
    int minInSync,
    long notBeforeNs) {
  public LeadTerms {
    inSync = Collections.unmodifiableSortedSet(inSync);
    others = Collections.unmodifiableSortedSet(others);
  }
}
