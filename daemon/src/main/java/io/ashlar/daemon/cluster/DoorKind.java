package io.ashlar.daemon.cluster;

/// What may be asked at a [Door].
enum DoorKind {
  /// With a token: a number for a node that wants to join.
  RESERVE(true),
  /// With the same token: a certificate for that number, and the cluster's key.
  CERTIFY(true),
  /// A node that joined: to be let vote.
  ADD(false),
  /// A node: how the other one is.
  STATUS(false);

  private final boolean isForStrangers;

  DoorKind(boolean isForStrangers) {
    this.isForStrangers = isForStrangers;
  }

  /// Whether one may ask it without a certificate.
  boolean isForStrangers() {
    return isForStrangers;
  }
}
