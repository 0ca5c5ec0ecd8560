package io.ashlar.replication.network;

import io.ashlar.replication.network.frame.Hello;
import org.jspecify.annotations.Nullable;

/// What a connection asks of the network that it is part of.
interface ConnectionOwner {
  StorageNetworkOptions options();

  /// The time, as the network sees it.
  long nowNs();

  /// Another node introduced itself, and proved it.
  ///
  /// @return why it is turned away, as the rest of a sentence about it; null if it is welcome
  @Nullable String onIntroduced(PeerConnection connection, Hello hello);

  /// Messages flow from here on.
  void onEstablished(PeerConnection connection);

  /// A connection is over; called once for each.
  ///
  /// @param sentence who is at the other end, and what happened
  void onEnded(PeerConnection connection, EndKind kind, String sentence);

  /// The network found itself broken in the middle of something that the event loop began.
  void onBroken(Throwable failure);
}
