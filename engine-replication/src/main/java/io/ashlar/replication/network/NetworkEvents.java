package io.ashlar.replication.network;

/// Hears what happens on the storage network, in sentences for status and audit log. Called on the
/// network's event loop.
public interface NetworkEvents {
  /// A node can be reached.
  ///
  /// @param incarnation of its process
  void onUp(int node, long incarnation);

  /// A node cannot be reached any more.
  void onDown(int node, String sentence);

  /// A node that should be there is not, or will not have us. Told once per reason, and again after
  /// the node was up.
  void onUnreachable(int node, String sentence);

  /// Somebody was turned away, or a connection was ended for what came over it.
  void onRefused(String sentence);
}
