package io.ashlar.replication.metadata;

import org.jspecify.annotations.Nullable;

/// The port to the cluster's agreed metadata. Every binding passes `MetadataStoreContract`.
public interface MetadataStore extends AutoCloseable {
  /// The last committed state that this node knows. Never goes back.
  ClusterState state();

  /// Proposes a command. `completion` runs exactly once, possibly before this returns, possibly on
  /// a thread of the store's own; when it runs with [ProposalStatus#COMMITTED], the command is
  /// durable, and [#state] and all watchers have seen it.
  void propose(ClusterCommand command, ProposalCompletion completion);

  /// Tells `watcher` of every command committed from now on, in order and one at a time, with no
  /// gap after the state that this returns, and none twice.
  ClusterState watch(Watcher watcher);

  /// Stops. Proposals that are under way complete as [ProposalStatus#UNKNOWN] at worst.
  @Override
  void close();

  /// Hears of committed commands. Must not wait, propose or throw.
  @FunctionalInterface
  interface Watcher {
    /// @param command what was committed; null where this node was so far behind that it was given
    ///   a whole state in place of the commands that led to it
    /// @param state the state after it
    void onCommitted(@Nullable ClusterCommand command, ClusterState state);
  }

  /// Hears how a proposal ended.
  @FunctionalInterface
  interface ProposalCompletion {
    /// @param sentence for people, if it was not committed; else empty
    void onComplete(ProposalStatus status, String sentence);
  }
}
