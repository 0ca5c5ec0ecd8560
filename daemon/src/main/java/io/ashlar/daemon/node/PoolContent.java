package io.ashlar.daemon.node;

/// What the beginning of a pool's device holds.
enum PoolContent {
  /// Zeroes: nobody wrote anything there.
  BLANK,
  /// A pool whose superblock can be read.
  POOL,
  /// A pool that is damaged, or of a format that this build does not know.
  UNREADABLE,
  /// Something else, which is not ours to touch.
  FOREIGN
}
