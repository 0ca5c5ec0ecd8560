package io.ashlar.replication.metadata;

import org.jspecify.annotations.Nullable;

/// What applying a command came to.
///
/// @param state the state after it; the state before it if it was refused
/// @param refusal why it was refused, as a sentence for people, or null
public record Applied(ClusterState state, @Nullable String refusal) {
  public boolean isRefused() {
    return refusal != null;
  }
}
