package io.ashlar.core.transform;

import io.ashlar.core.base.AddressViews;
import net.jpountz.lz4.LZ4Compressor;
import net.jpountz.lz4.LZ4Exception;
import net.jpountz.lz4.LZ4Factory;
import net.jpountz.lz4.LZ4SafeDecompressor;

/// LZ4 blocks over memory outside the heap: lz4-java's native half, or its Java half where the
/// native one does not load (which then allocates a table per block).
final class Lz4 {
  private static final LZ4Factory FACTORY = LZ4Factory.fastestInstance();

  private final LZ4Compressor compressor = FACTORY.fastCompressor();

  /// The one that trusts no length in its input.
  private final LZ4SafeDecompressor decompressor = FACTORY.safeDecompressor();

  private final AddressViews views = new AddressViews();

  /// The most that compressing `lengthBytes` can yield (LZ4's `LZ4_COMPRESSBOUND`).
  static int boundBytes(int lengthBytes) {
    return lengthBytes + lengthBytes / 255 + 16;
  }

  /// Compresses. The target has room for [#boundBytes]: less makes lz4-java throw.
  ///
  /// @return the compressed length
  int compress(long source, int lengthBytes, long target) {
    return compressor.compress(
        views.viewOf(source),
        AddressViews.indexOf(source),
        lengthBytes,
        views.viewOf(target),
        AddressViews.indexOf(target),
        boundBytes(lengthBytes));
  }

  /// Decompresses any bytes at all, hostile ones included.
  ///
  /// @return whether they are an LZ4 block of exactly `targetBytes`; if not, the target is
  ///   undefined
  boolean decompress(long source, int sourceBytes, long target, int targetBytes) {
    try {
      int length =
          decompressor.decompress(
              views.viewOf(source),
              AddressViews.indexOf(source),
              sourceBytes,
              views.viewOf(target),
              AddressViews.indexOf(target),
              targetBytes);
      return length == targetBytes;
    } catch (LZ4Exception malformed) {
      return false;
    }
  }
}
