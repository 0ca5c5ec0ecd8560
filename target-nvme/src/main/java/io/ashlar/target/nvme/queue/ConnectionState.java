package io.ashlar.target.nvme.queue;

/// The life of a connection. Legal ways go down this list; any state may go to ENDING or CLOSED.
enum ConnectionState {
  /// Accepted; the host's ICReq must come first.
  AWAITING_INITIALIZE,
  /// Initialized; a Fabrics Connect must come next.
  AWAITING_CONNECT,
  /// The Connect is being looked at, perhaps on its way to another shard; what comes is held.
  CONNECTING,
  /// A queue is connected: commands are taken.
  CONNECTED,
  /// The target has said its last word; it swallows what comes until the host hangs up.
  ENDING,
  /// The socket is closed.
  CLOSED
}
