package io.ashlar.core.transform;

import io.ashlar.core.base.CheckFailedException;
import java.util.Arrays;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/// The key that encrypts one layer's blocks: two AES-256 keys for XTS, 64 bytes outside the heap.
/// Whoever made or unwrapped it destroys it once the [KeyRing]s that need it have taken it.
public final class DataKey implements AutoCloseable {
  public static final int LENGTH_BYTES = 64;
  static final int HALF_BYTES = LENGTH_BYTES / 2;

  private final SecretMemory memory;

  private DataKey(SecretMemory memory) {
    this.memory = memory;
  }

  /// Draws a key. The drawn array is on the heap for the length of this call and wiped.
  public static DataKey generate(Entropy entropy) {
    byte[] drawn = new byte[LENGTH_BYTES];
    try {
      entropy.fill(drawn);
      DataKey key = copyOf(new UnsafeBuffer(drawn), 0);
      if (key == null) {
        throw new CheckFailedException("entropy draws two different halves");
      }
      return key;
    } finally {
      Arrays.fill(drawn, (byte) 0);
    }
  }

  /// Copies a key. Wiping the original is up to the caller.
  ///
  /// @return null if both halves are equal: XTS is not safe then (FIPS 140-3 IG C.I)
  public static @Nullable DataKey copyOf(DirectBuffer source, int offset) {
    SecretMemory memory = new SecretMemory(LENGTH_BYTES);
    memory.bytes().putBytes(0, source, offset, LENGTH_BYTES);
    if (memory.rangesEqual(0, HALF_BYTES, HALF_BYTES)) {
      memory.destroy();
      return null;
    }
    return new DataKey(memory);
  }

  /// Where the key lies.
  long address() {
    return memory.address();
  }

  /// Copies the key for wrapping; the caller wipes the copy.
  void copyTo(byte[] target) {
    memory.bytes().getBytes(0, target, 0, LENGTH_BYTES);
  }

  /// Copies half 0 (for the data) or 1 (for the tweak); the caller wipes the copy.
  void copyHalf(int half, byte[] target) {
    memory.bytes().getBytes(half * HALF_BYTES, target, 0, HALF_BYTES);
  }

  /// Wipes the key; it cannot be used any more.
  public void destroy() {
    memory.destroy();
  }

  @Override
  public void close() {
    destroy();
  }

  @Override
  public String toString() {
    return memory.isDestroyed() ? "DataKey[destroyed]" : "DataKey[redacted]";
  }
}
