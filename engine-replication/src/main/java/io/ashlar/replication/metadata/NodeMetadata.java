package io.ashlar.replication.metadata;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// A storage node.
///
/// @param id its identity for ever
/// @param name what people call it
/// @param incarnation raised at every start of the node's daemon; a command that fences a node
///   names the incarnation it fences, so that it cannot hit the node's next life; 0 as long as it
///   never started
/// @param place where the others find it; null on a node that has no others
public record NodeMetadata(UUID id, String name, long incarnation, @Nullable NodePlace place) {
  /// A node without others.
  public NodeMetadata(UUID id, String name, long incarnation) {
    this(id, name, incarnation, null);
  }

  /// The same node in another life.
  public NodeMetadata in(long next) {
    return new NodeMetadata(id, name, next, place);
  }
}
