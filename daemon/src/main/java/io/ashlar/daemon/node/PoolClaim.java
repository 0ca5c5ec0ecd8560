package io.ashlar.daemon.node;

/// What to do about a pool that the metadata does not know.
public enum PoolClaim {
  /// Refuse it: it may be another node's.
  OWN_ONLY,
  /// Take it over with its volumes, which no host may use until the operator allows one. Only where
  /// the metadata is empty: it brings back volumes whose metadata was lost.
  ADOPT
}
