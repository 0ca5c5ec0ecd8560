package io.ashlar.core.index;

/// What a frame of the page cache is.
enum FrameState {
  /// Holds nothing.
  FREE,
  /// Its page is being read.
  LOADING,
  /// Holds a page that was proved.
  READY,
  /// Its page cannot be read or is not what was written. Kept for whoever waited, until the frame
  /// is wanted or damage is to be looked at once more.
  DAMAGED
}
