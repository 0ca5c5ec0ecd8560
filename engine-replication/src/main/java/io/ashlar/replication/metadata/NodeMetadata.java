package io.ashlar.replication.metadata;

import java.util.UUID;

/// A storage node.
///
/// @param id its identity for ever
/// @param name what people call it
/// @param incarnation raised at every start of the node's daemon; a command that fences a node
///   names the incarnation it fences, so that it cannot hit the node's next life
public record NodeMetadata(UUID id, String name, long incarnation) {}
