package io.ashlar.replication.metadata;

/// How a proposal to a [MetadataStore] ended.
public enum ProposalStatus {
  /// The command is part of the cluster's history, durably.
  COMMITTED,
  /// The state did not allow it; nothing was changed.
  REFUSED,
  /// The store cannot tell: the command may have been, or may yet be, committed. Look at the state.
  UNKNOWN
}
