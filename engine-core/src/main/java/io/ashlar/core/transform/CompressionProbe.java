package io.ashlar.core.transform;

/// Decides for one layer whether trying to compress the next block is worth the time. Each block
/// that did not shrink doubles the number of blocks that are not tried after it; one that did
/// shrink ends the pause.
final class CompressionProbe {
  /// The longest pause, in blocks: at most 1 in 64 tries is spent on data that does not shrink.
  static final int PAUSE_MAX = 63;

  private int pause;
  private int left;

  /// Whether to try; counts the block.
  boolean tryNext() {
    if (left > 0) {
      left--;
      return false;
    }
    return true;
  }

  void onShrunk() {
    pause = 0;
  }

  void onNotShrunk() {
    pause = Math.min(2 * pause + 1, PAUSE_MAX);
    left = pause;
  }
}
