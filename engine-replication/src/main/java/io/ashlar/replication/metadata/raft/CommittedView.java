package io.ashlar.replication.metadata.raft;

import io.ashlar.replication.metadata.ClusterCommand;
import io.ashlar.replication.metadata.ClusterState;
import io.ashlar.replication.metadata.MetadataStore.Watcher;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// What this node has of the agreed history, and who hears of more. Ratis' thread moves it on; any
/// thread looks.
final class CommittedView {
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition moved = lock.newCondition();
  private final List<Watcher> watchers = new ArrayList<>();
  private volatile ClusterState state = ClusterState.EMPTY;
  private long appliedIndex = -1;
  private volatile @Nullable String failure;

  ClusterState state() {
    return state;
  }

  /// Why this node hears of nothing any more, as a sentence; or null.
  @Nullable String failure() {
    return failure;
  }

  /// Remembers the first reason.
  void fail(String sentence) {
    failure = failure == null ? sentence : failure;
  }

  ClusterState watch(Watcher watcher) {
    lock.lock();
    try {
      watchers.add(watcher);
      return state;
    } finally {
      lock.unlock();
    }
  }

  void onCommitted(@Nullable ClusterCommand command, ClusterState next) {
    lock.lock();
    try {
      state = next;
      watchers.forEach(watcher -> watcher.onCommitted(command, next));
    } finally {
      lock.unlock();
    }
  }

  /// The state of a snapshot takes the place of commands that this node never saw.
  void onInstalled(ClusterState installed, long index) {
    lock.lock();
    try {
      boolean isNews = installed.version() > state.version();
      if (isNews) {
        state = installed;
        watchers.forEach(watcher -> watcher.onCommitted(null, installed));
      }
    } finally {
      lock.unlock();
    }
    onApplied(index);
  }

  /// Everything up to this entry of the log is seen.
  void onApplied(long index) {
    lock.lock();
    try {
      appliedIndex = Math.max(appliedIndex, index);
      moved.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /// Waits until this node has seen everything up to `index`.
  ///
  /// @return false if that takes longer
  boolean await(long index, long waitNs) throws InterruptedException {
    long left = waitNs;
    lock.lock();
    try {
      while (appliedIndex < index) {
        if (left <= 0) {
          return false;
        }
        left = moved.awaitNanos(left);
      }
      return true;
    } finally {
      lock.unlock();
    }
  }
}
