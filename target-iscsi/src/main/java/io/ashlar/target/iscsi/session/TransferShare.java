package io.ashlar.target.iscsi.session;

/// What one session holds of its shard's memory for data, so that no session can hold it all.
final class TransferShare {
  private long heldBytes;

  long heldBytes() {
    return heldBytes;
  }

  void took(int bytes) {
    heldBytes += bytes;
  }

  void gaveBack(int bytes) {
    heldBytes -= bytes;
  }
}
