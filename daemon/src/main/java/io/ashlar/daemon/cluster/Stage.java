package io.ashlar.daemon.cluster;

/// How far a node got into its cluster. Kept in [Membership]; a start goes on from there.
public enum Stage {
  /// It has the cluster's authority; the metadata still lies in its own log. Whatever there is of
  /// the agreed metadata is begun again.
  FORMING,
  /// It has its certificate and the cluster's key. Nobody was asked yet to let it vote, so that
  /// whatever there is of the agreed metadata, and of its pool, is begun again.
  JOINING,
  /// The cluster was asked to let it vote, and may have: what there is of the metadata counts.
  ADDING,
  /// It votes.
  MEMBER
}
