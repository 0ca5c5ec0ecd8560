package io.ashlar.replication.metadata;

/// Where the other nodes of a cluster find a node.
///
/// @param number what certificates and messages call it: 1 or more, never given to another node
/// @param host its address on the storage network, as a literal
/// @param doorPort where it takes requests of other nodes, and of those that want to join
/// @param replicationPort of the storage network
/// @param metadataPort of Raft
/// @param zone what it shares with other nodes that may fail together with it; empty where nobody
///   said
public record NodePlace(
    int number, String host, int doorPort, int replicationPort, int metadataPort, String zone) {
  static final int PORT_MAX = 65_535;
}
