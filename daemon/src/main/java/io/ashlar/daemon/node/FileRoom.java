package io.ashlar.daemon.node;

import java.nio.file.Path;

/// What the file system below a pool's sparse file has, beside what the file may still ask of it.
/// The pool knows nothing of it: when it is gone, writes fail and the pool stops.
///
/// @param freeBytes what the file system has left
/// @param unbackedBytes by how much the file may grow; 0 for a disk
record FileRoom(long freeBytes, long unbackedBytes) {
  /// The log prepares segments ahead of itself, and a checkpoint takes its part.
  private static final long LAST_BYTES = 1L << 30;

  static FileRoom of(PoolShard pool) {
    long unbacked = pool.unbackedBytes();
    return new FileRoom(
        unbacked == 0 ? 0 : Path.of(pool.device().name()).toFile().getUsableSpace(), unbacked);
  }

  /// Whether the file system could not take the whole file.
  boolean isShort() {
    return freeBytes < unbackedBytes;
  }

  /// Whether writes are about to fail.
  boolean isAlmostGone() {
    return isShort() && freeBytes < LAST_BYTES;
  }
}
