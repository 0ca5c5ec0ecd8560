package io.ashlar.core.transform;

import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.Random;
import org.agrona.BufferUtil;
import org.agrona.concurrent.UnsafeBuffer;

/// Buffers and keys for the tests of this package.
final class Memory {
  private Memory() {}

  static UnsafeBuffer outsideTheHeap(int bytes) {
    return new UnsafeBuffer(ByteBuffer.allocateDirect(bytes));
  }

  static UnsafeBuffer outsideTheHeap(byte[] bytes) {
    UnsafeBuffer buffer = outsideTheHeap(bytes.length);
    buffer.putBytes(0, bytes);
    return buffer;
  }

  static byte[] bytesOf(UnsafeBuffer buffer, int offset, int length) {
    byte[] bytes = new byte[length];
    buffer.getBytes(offset, bytes);
    return bytes;
  }

  static byte[] hex(String digits) {
    return HexFormat.of().parseHex(digits.replaceAll("\\s", ""));
  }

  static long address(UnsafeBuffer buffer) {
    return BufferUtil.address(buffer.byteBuffer());
  }

  /// A key whose bytes follow from `seed`.
  static DataKey key(long seed) {
    return DataKey.generate(bytes -> new Random(seed).nextBytes(bytes));
  }
}
