package io.ashlar.core.format;

/// The unit of device addresses: 512 bytes, whatever the device's own block.
public final class Sectors {
  public static final int BYTES = 512;

  private Sectors() {}

  public static long toBytes(long sectors) {
    return sectors * BYTES;
  }

  /// Whole sectors that hold `bytes`.
  public static long holding(long bytes) {
    return (bytes + BYTES - 1) / BYTES;
  }

  /// `bytes` rounded up to a multiple of `alignment`, a power of two.
  public static int align(int bytes, int alignment) {
    return (bytes + alignment - 1) & -alignment;
  }

  /// As [#align(int, int)] for long figures.
  public static long align(long bytes, int alignment) {
    return (bytes + alignment - 1) & -(long) alignment;
  }
}
