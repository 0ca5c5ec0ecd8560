package io.ashlar.target.nvme.queue;

/// Where a command is. The comment says who moves it on.
enum CommandState {
  /// The slot is unused. Moved by the next command capsule.
  FREE,
  /// Its data is coming behind its capsule. Moved by the decoder.
  RECEIVING_CAPSULE,
  /// It needs payload memory. Moved by the pool when some comes free.
  AWAITING_MEMORY,
  /// An R2T was sent. Moved by the host's data PDUs.
  AWAITING_DATA,
  /// One of a fused pair, its own data complete. Moved by the other.
  AWAITING_PARTNER,
  /// With the volume, or with the controller. Moved by its completion.
  EXECUTING
}
