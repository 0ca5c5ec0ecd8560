package io.ashlar.replication.network;

/// What one connection is at.
enum ConnectionState {
  /// TLS shakes hands. Where there is no TLS this is over at once.
  SECURING,
  /// Each end says who it is.
  GREETING,
  /// Messages flow.
  ESTABLISHED,
  /// It is over.
  CLOSED;

  boolean mayBecome(ConnectionState next) {
    return switch (this) {
      case SECURING -> next == GREETING || next == CLOSED;
      case GREETING -> next == ESTABLISHED || next == CLOSED;
      case ESTABLISHED -> next == CLOSED;
      case CLOSED -> false;
    };
  }
}
