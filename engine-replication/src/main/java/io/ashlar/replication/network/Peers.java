package io.ashlar.replication.network;

import java.util.ArrayList;
import java.util.List;
import org.agrona.collections.Int2ObjectHashMap;
import org.jspecify.annotations.Nullable;

/// The other nodes that this one knows.
final class Peers {
  private final StorageNetworkOptions options;
  private final Int2ObjectHashMap<Peer> byNode = new Int2ObjectHashMap<>();
  private final List<Peer> inOrder = new ArrayList<>();

  Peers(StorageNetworkOptions options) {
    this.options = options;
  }

  /// Adds a node, which this one dials if its own number is the higher one.
  void add(Peer peer, long nowNs) {
    if (options.self() > peer.node()) {
      long seed = options.hello().incarnation() * 31 + peer.node();
      peer.dialFrom(options.limits(), seed, nowNs);
    }
    byNode.put(peer.node(), peer);
    inOrder.add(peer);
  }

  @Nullable Peer remove(int node) {
    Peer peer = byNode.remove(node);
    if (peer != null) {
      inOrder.remove(peer);
    }
    return peer;
  }

  @Nullable Peer find(int node) {
    return byNode.get(node);
  }

  int count() {
    return inOrder.size();
  }

  Peer at(int index) {
    return inOrder.get(index);
  }
}
