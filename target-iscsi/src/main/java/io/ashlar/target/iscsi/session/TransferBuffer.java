package io.ashlar.target.iscsi.session;

import io.netty.buffer.ByteBuf;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/// Memory outside the heap that a command's data or outgoing PDUs lie in, seen as the socket's
/// buffer and as the engine's. Belongs to a [TransferBufferPool].
final class TransferBuffer {
  /// What the socket reads and writes. The pool holds one reference; the socket takes more while it
  /// has bytes to write.
  final ByteBuf bytes;

  /// The same memory.
  final UnsafeBuffer memory;

  final int sizeClass;

  /// Whose data it holds; null while it is free, and for outgoing PDUs.
  @Nullable TransferShare holder;

  TransferBuffer(ByteBuf bytes, int sizeClass) {
    this.bytes = bytes;
    this.memory = new UnsafeBuffer(bytes.nioBuffer(0, bytes.capacity()));
    this.sizeClass = sizeClass;
  }

  int capacity() {
    return memory.capacity();
  }

  /// Whether the socket still has to write some of it.
  boolean isInTransit() {
    return bytes.refCnt() > 1;
  }
}
