package io.ashlar.replication.metadata.raft;

import java.util.UUID;

/// A node that votes on the metadata.
///
/// @param node its identity for ever; a node that lost its storage joins under another one, because
///   votes that it gave are forgotten
/// @param host where the others reach it
/// @param port of its metadata alone
public record RaftMember(UUID node, String host, int port) {
  String address() {
    return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
  }
}
