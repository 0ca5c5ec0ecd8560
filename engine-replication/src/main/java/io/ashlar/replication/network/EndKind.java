package io.ashlar.replication.network;

/// How a connection came to its end.
enum EndKind {
  /// It broke, was closed at the other end, or never came to be.
  LOST,
  /// This node turned the other end away, or what it sent.
  REFUSED,
  /// The network needs it no more.
  DISMISSED
}
