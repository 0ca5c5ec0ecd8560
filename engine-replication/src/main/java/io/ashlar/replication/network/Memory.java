package io.ashlar.replication.network;

import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/// Shows Netty's memory as Agrona's.
final class Memory {
  private Memory() {}

  /// Wraps `[index, index + length)` of `bytes`.
  static void wrap(UnsafeBuffer view, ByteBuf bytes, int index, int length) {
    if (bytes.hasMemoryAddress()) {
      view.wrap(bytes.memoryAddress() + index, length);
    } else { // some allocators make an object for each such view
      ByteBuffer nio = bytes.internalNioBuffer(index, length);
      view.wrap(nio, nio.position(), length);
    }
  }
}
