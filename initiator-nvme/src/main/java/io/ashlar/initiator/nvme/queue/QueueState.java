package io.ashlar.initiator.nvme.queue;

/// The life of a queue pair.
public enum QueueState {
  /// The TCP connection is there, ICReq is sent; ICResp moves it on.
  INITIALIZING,
  /// Commands flow.
  READY,
  /// Ended by an error; the failure says why. Every command was completed.
  FAILED,
  /// Ended by its owner.
  CLOSED;

  boolean mayBecome(QueueState next) {
    return switch (next) {
      case INITIALIZING -> false;
      case READY -> this == INITIALIZING;
      case FAILED -> this == INITIALIZING || this == READY;
      case CLOSED -> this != CLOSED;
    };
  }
}
