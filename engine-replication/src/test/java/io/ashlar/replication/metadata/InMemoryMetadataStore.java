package io.ashlar.replication.metadata;

import java.util.ArrayList;
import java.util.List;

/// A [MetadataStore] in memory, for tests: commits at once, on the caller's thread.
public final class InMemoryMetadataStore implements MetadataStore {
  private final List<Watcher> watchers = new ArrayList<>();
  private ClusterState state;
  private boolean closed;

  /// @param state where to go on from
  public InMemoryMetadataStore(ClusterState state) {
    this.state = state;
  }

  @Override
  public ClusterState state() {
    return state;
  }

  @Override
  public ClusterState watch(Watcher watcher) {
    watchers.add(watcher);
    return state;
  }

  @Override
  public void propose(ClusterCommand command, ProposalCompletion completion) {
    if (closed) {
      completion.onComplete(ProposalStatus.UNKNOWN, "the metadata store is closed");
      return;
    }
    Applied applied = state.apply(command);
    String refusal = applied.refusal();
    if (refusal != null) {
      completion.onComplete(ProposalStatus.REFUSED, refusal);
      return;
    }
    state = applied.state();
    watchers.forEach(watcher -> watcher.onCommitted(command, state));
    completion.onComplete(ProposalStatus.COMMITTED, "");
  }

  @Override
  public void close() {
    closed = true;
  }
}
