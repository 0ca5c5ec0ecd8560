package io.ashlar.core.index;

/// How far a checkpoint's merge is.
enum MergeState {
  /// Nothing is frozen.
  IDLE,
  /// The frozen generation's leaf records are being sorted.
  ORDERING,
  /// Pages are being written; lookups still see the old trees and the frozen generation.
  MERGING,
  /// All roots have changed; waits for the checkpoint to be durable.
  MERGED
}
