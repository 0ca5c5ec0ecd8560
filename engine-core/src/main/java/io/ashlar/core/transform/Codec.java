package io.ashlar.core.transform;

/// How a stored block's content is encoded: the codes of the format. Code 0 is none of them, so
/// that a zeroed entry is not mistaken for a block. Whether the content is encrypted is told by the
/// key generation.
public final class Codec {
  /// The block as it is, [io.ashlar.core.volume.VolumeGeometry#BLOCK_BYTES] long.
  public static final int RAW = 1;

  /// All bytes are zero; nothing is stored.
  public static final int ZERO = 2;

  /// An LZ4 block behind its length.
  public static final int LZ4 = 3;

  private Codec() {}
}
