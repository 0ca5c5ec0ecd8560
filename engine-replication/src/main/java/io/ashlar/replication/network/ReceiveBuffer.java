package io.ashlar.replication.network;

import io.ashlar.core.base.Check;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import org.agrona.concurrent.UnsafeBuffer;

/// The bytes of one connection on their way in, in one piece, so that frames are read where they
/// lie:
///
/// ```
/// 0          delivered        checked         written       capacity
/// +-------------+----------------+---------------+--------------+
/// |    free     | frames to poll | part of a frame |    free    |
/// +-------------+----------------+---------------+--------------+
/// ```
///
/// It grows with what comes and is bounded by its reader, who stops reading the socket.
final class ReceiveBuffer {
  private static final int BYTES_MIN = 64 << 10;

  private final ByteBufAllocator allocator;
  private final UnsafeBuffer view = new UnsafeBuffer(0, 0);
  private ByteBuf memory;
  private int delivered;
  private int checked;
  private int written;

  ReceiveBuffer(ByteBufAllocator allocator) {
    this.allocator = allocator;
    memory = allocator.directBuffer(BYTES_MIN, Integer.MAX_VALUE);
    show();
  }

  /// Copies all of `bytes` behind what is there.
  void append(ByteBuf bytes) {
    int length = bytes.readableBytes();
    if (memory.capacity() - written < length) {
      makeRoom(length);
    }
    bytes.readBytes(memory.setIndex(0, written), length);
    written += length;
  }

  private void makeRoom(int length) {
    int held = written - delivered;
    int needed = Math.addExact(held, length);
    if (needed <= memory.capacity() / 2) {
      view.putBytes(0, view, delivered, held);
    } else {
      ByteBuf larger = allocator.directBuffer(Integer.highestOneBit(needed) << 1);
      larger.setBytes(0, memory, delivered, held);
      memory.release();
      memory = larger;
      show();
    }
    checked -= delivered;
    written -= delivered;
    delivered = 0;
  }

  private void show() {
    Memory.wrap(view, memory, 0, memory.capacity());
  }

  UnsafeBuffer view() {
    return view;
  }

  int delivered() {
    return delivered;
  }

  int checked() {
    return checked;
  }

  int written() {
    return written;
  }

  /// The frame that began at `checked` is sound.
  void check(int length) {
    checked += length;
    Check.that(checked <= written, "what is checked has come", checked, written);
  }

  /// The frame that began at `delivered` is done with.
  void deliver(int length) {
    delivered += length;
    Check.that(delivered <= checked, "what is delivered was checked", delivered, checked);
    if (delivered == written) {
      delivered = 0;
      checked = 0;
      written = 0;
    }
  }

  /// How many bytes it holds.
  int bytes() {
    return written - delivered;
  }

  void release() {
    view.wrap(0, 0);
    memory.release();
  }
}
