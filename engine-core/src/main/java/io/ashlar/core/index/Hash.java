package io.ashlar.core.index;

/// The hash of the index's tables. Multiplicative: the high bits are the good ones.
final class Hash {
  private static final long GOLDEN = 0x9E37_79B9_7F4A_7C15L;
  private static final long SECOND = 0xC2B2_AE3D_27D4_EB4FL;

  private Hash() {}

  /// Mixes two numbers; take as many high bits as are needed.
  static long of(int first, long second) {
    long mixed = (first * SECOND) ^ second;
    mixed = (mixed ^ (mixed >>> 32)) * GOLDEN;
    return (mixed ^ (mixed >>> 29)) * SECOND;
  }
}
