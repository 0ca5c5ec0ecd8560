package io.ashlar.target.nvme.queue;

/// What one queue holds of its shard's payload memory, so that no queue can hold it all.
abstract class PayloadAccount {
  private long heldBytes;
  private boolean waiting;

  long heldBytes() {
    return heldBytes;
  }

  void took(int bytes) {
    heldBytes += bytes;
  }

  void gaveBack(int bytes) {
    heldBytes -= bytes;
  }

  boolean isWaiting() {
    return waiting;
  }

  /// Whether this account is to be told of the next memory that comes free.
  void waiting(boolean now) {
    waiting = now;
  }

  /// Memory came free: try again. Runs on the shard's thread, from its loop.
  abstract void onMemory();
}
