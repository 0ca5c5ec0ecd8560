package io.ashlar.core.transform;

import java.util.Arrays;
import java.util.UUID;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/// A key that only wraps data keys: AES-256, 32 bytes outside the heap, with a name of its own.
public final class KeyEncryptionKey implements AutoCloseable {
  public static final int LENGTH_BYTES = 32;

  private final UUID id;
  private final SecretMemory memory = new SecretMemory(LENGTH_BYTES);

  private KeyEncryptionKey(UUID id, DirectBuffer source, int offset) {
    this.id = id;
    memory.bytes().putBytes(0, source, offset, LENGTH_BYTES);
  }

  /// Draws a key. The drawn array is on the heap for the length of this call and wiped.
  ///
  /// @param id a name that no other key has or had
  public static KeyEncryptionKey generate(UUID id, Entropy entropy) {
    byte[] drawn = new byte[LENGTH_BYTES];
    try {
      entropy.fill(drawn);
      return copyOf(id, new UnsafeBuffer(drawn), 0);
    } finally {
      Arrays.fill(drawn, (byte) 0);
    }
  }

  /// Copies a key. Wiping the original is up to the caller.
  public static KeyEncryptionKey copyOf(UUID id, DirectBuffer source, int offset) {
    return new KeyEncryptionKey(id, source, offset);
  }

  public UUID id() {
    return id;
  }

  /// Copies the key out, for whoever keeps it in a file; the caller wipes the copy.
  public void copyTo(byte[] target) {
    memory.bytes().getBytes(0, target, 0, LENGTH_BYTES);
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
    return "KeyEncryptionKey[id=%s, %s]"
        .formatted(id, memory.isDestroyed() ? "destroyed" : "redacted");
  }
}
