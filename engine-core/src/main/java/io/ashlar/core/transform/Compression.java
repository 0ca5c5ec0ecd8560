package io.ashlar.core.transform;

/// Whether a volume's new blocks are compressed. Blocks remember their own [Codec], so it may be
/// changed at any time.
public enum Compression {
  /// Blocks are stored at their full length.
  NONE,
  /// Blocks are compressed by LZ4 where that saves room on the device.
  LZ4
}
