package io.ashlar.core.transform;

import io.ashlar.core.base.Check;
import java.nio.ByteBuffer;
import org.agrona.BufferUtil;
import org.agrona.concurrent.UnsafeBuffer;

/// A few secret bytes outside the heap, so that no collector copies them and no heap dump holds
/// them. Wiped by [#destroy], after which any use is refused.
final class SecretMemory {
  private final UnsafeBuffer bytes;
  private boolean destroyed;

  SecretMemory(int lengthBytes) {
    bytes = new UnsafeBuffer(ByteBuffer.allocateDirect(lengthBytes));
  }

  /// The bytes, to read or fill.
  UnsafeBuffer bytes() {
    Check.that(!destroyed, "the secret was not destroyed yet");
    return bytes;
  }

  /// Where the bytes lie.
  long address() {
    return BufferUtil.address(bytes().byteBuffer());
  }

  /// Whether two equally long ranges hold the same bytes, in a time that does not depend on them.
  boolean rangesEqual(int first, int second, int lengthBytes) {
    int difference = 0;
    for (int i = 0; i < lengthBytes; i++) {
      difference |= bytes().getByte(first + i) ^ bytes().getByte(second + i);
    }
    return difference == 0;
  }

  void destroy() {
    bytes.setMemory(0, bytes.capacity(), (byte) 0);
    destroyed = true;
  }

  boolean isDestroyed() {
    return destroyed;
  }
}
