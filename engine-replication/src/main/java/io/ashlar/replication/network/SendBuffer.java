package io.ashlar.replication.network;

import io.ashlar.core.base.Crc32c;
import io.ashlar.replication.network.frame.FrameHeader;
import io.ashlar.replication.network.frame.FrameKind;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/// Frames of one connection on their way out. They are laid one behind the other into a chunk of
/// memory, and each flush hands Netty what was added since the last: many small messages are one
/// write, and what waits in small pieces holds no more memory than it has bytes.
///
/// How much may wait is the channel's high-water mark.
final class SendBuffer {
  private static final int CHUNK_BYTES = 64 << 10;

  private final Channel channel;
  private final int traffic;
  private final Crc32c crc = new Crc32c();
  private final UnsafeBuffer frame = new UnsafeBuffer(0, 0);
  private int version = FrameHeader.GREETING_VERSION;
  private @Nullable ByteBuf chunk;

  SendBuffer(Channel channel, int traffic) {
    this.channel = channel;
    this.traffic = traffic;
  }

  /// What the two ends agreed on.
  void version(int agreed) {
    version = agreed;
  }

  /// Adds a frame with a copy of `[offset, offset + length)`.
  ///
  /// @return false if too much waits already
  boolean offer(FrameKind kind, DirectBuffer payload, int offset, int length) {
    int frameBytes = FrameHeader.BYTES + length;
    ByteBuf open = chunk;
    int unflushed = open == null ? 0 : open.readableBytes();
    if (channel.bytesBeforeUnwritable() - unflushed < frameBytes) {
      return false;
    }
    if (open == null || open.writableBytes() < frameBytes) {
      write();
      retire();
      open = channel.alloc().directBuffer(Math.max(CHUNK_BYTES, frameBytes));
      chunk = open;
    }
    int at = open.writerIndex();
    Memory.wrap(frame, open, at, frameBytes);
    frame.putBytes(FrameHeader.BYTES, payload, offset, length);
    FrameHeader.encode(frame, kind, version, traffic, length, crc);
    open.writerIndex(at + frameBytes);
    return true;
  }

  /// Sends what was added, as far as the socket takes it now; the rest when it takes more.
  void flush() {
    if (write()) {
      channel.flush();
    }
  }

  private boolean write() {
    ByteBuf open = chunk;
    if (open == null || !open.isReadable()) {
      return false;
    }
    // Failures end the connection; nobody waits for one write.
    var _ = channel.write(open.readRetainedSlice(open.readableBytes()), channel.voidPromise());
    if (!open.isWritable()) {
      retire();
    }
    return true;
  }

  private void retire() {
    ByteBuf old = chunk;
    if (old != null) {
      chunk = null;
      old.release();
    }
  }

  /// Gives back what was not sent.
  void release() {
    retire();
  }
}
