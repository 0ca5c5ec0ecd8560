package io.ashlar.replication.metadata.raft;

import io.ashlar.replication.metadata.ClusterCommand;
import io.ashlar.replication.metadata.ClusterState;
import io.ashlar.replication.metadata.MetadataStore;

/// A store of which a test can wait until nothing is under way.
final class SettlingStore implements MetadataStore {
  private static final int PATIENCE_MILLIS = 60_000;

  private final MetadataStore store;
  private final Runnable closing;
  private int underWay;

  SettlingStore(MetadataStore store, Runnable closing) {
    this.store = store;
    this.closing = closing;
  }

  @Override
  public ClusterState state() {
    return store.state();
  }

  @Override
  public void propose(ClusterCommand command, ProposalCompletion completion) {
    count(1);
    store.propose(
        command,
        (status, sentence) -> {
          completion.onComplete(status, sentence);
          count(-1);
        });
  }

  private synchronized void count(int change) {
    underWay += change;
    notifyAll();
  }

  synchronized void settle() {
    long deadline = System.currentTimeMillis() + PATIENCE_MILLIS;
    while (underWay > 0) {
      try {
        wait(100);
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
      if (System.currentTimeMillis() > deadline) {
        throw new AssertionError(underWay + " proposals never completed");
      }
    }
  }

  @Override
  public ClusterState watch(Watcher watcher) {
    return store.watch(watcher);
  }

  @Override
  public void close() {
    closing.run();
  }
}
