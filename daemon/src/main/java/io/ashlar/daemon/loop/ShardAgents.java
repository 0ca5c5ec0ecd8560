package io.ashlar.daemon.loop;

import io.ashlar.core.base.ShardAgent;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// A shard's agents, in the order in which they get their turn. Touched by the shard's thread
/// alone, but for the question whether it failed.
///
/// An agent that throws has found its own state broken. None gets another turn then: what is on the
/// disk is right, what is in memory is not to be trusted, and starting again recovers from the
/// disk.
final class ShardAgents {
  private static final int AGENTS_MAX = 16;

  private final ShardAgent[] agents = new ShardAgent[AGENTS_MAX];
  private final Consumer<Throwable> onFailure;
  private int count;
  private volatile @Nullable Throwable failure;

  ShardAgents(Consumer<Throwable> onFailure) {
    this.onFailure = onFailure;
  }

  void add(ShardAgent agent) {
    if (count == AGENTS_MAX) {
      throw new IllegalStateException("a shard has at most 16 agents");
    }
    agents[count++] = agent;
  }

  @SuppressWarnings("ReferenceEquality") // this agent, not one like it
  void remove(ShardAgent agent) {
    int kept = 0;
    for (int i = 0; i < count; i++) {
      if (agents[i] != agent) {
        agents[kept++] = agents[i];
      }
    }
    count = kept;
  }

  /// One turn of every agent.
  ///
  /// @return how many things were done
  int doWork(long nowNs) {
    if (failure != null) {
      return 0;
    }
    int work = 0;
    try {
      for (int i = 0; i < count; i++) {
        work += agents[i].doWork(nowNs);
      }
    } catch (Throwable broken) {
      fail(broken);
    }
    return work;
  }

  /// When the first agent wants its next turn.
  long deadlineNs() {
    long first = Long.MAX_VALUE;
    if (failure == null) {
      for (int i = 0; i < count; i++) {
        first = Math.min(first, agents[i].deadlineNs());
      }
    }
    return first;
  }

  boolean isFailed() {
    return failure != null;
  }

  /// No agent gets another turn. The first failure is told, those that follow from it are not.
  void fail(Throwable broken) {
    if (failure == null) {
      failure = broken;
      onFailure.accept(broken);
    }
  }
}
