package io.ashlar.target.iscsi.session;

import io.ashlar.target.iscsi.pdu.BasicHeader;
import io.ashlar.target.iscsi.pdu.Digest;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/// Gathers a connection's outgoing PDUs and hands them to the socket: headers and small data in one
/// buffer, large data where they lie. Allocates nothing in steady state.
final class PduWriter {
  /// Data up to this length are copied beside their header: cheaper than a buffer of their own.
  private static final int COPIED_BYTES_MAX = 16 * 1024;

  private final Channel channel;
  private final TransferBufferPool pool;
  private final Digest digest = new Digest();

  /// Buffers that the socket has not written yet, oldest first; it writes in this order.
  private final ArrayDeque<TransferBuffer> transit = new ArrayDeque<>();

  private @Nullable TransferBuffer chunk;
  private boolean headerDigest;
  private boolean dataDigest;
  private boolean hasUnflushed;

  PduWriter(Channel channel, TransferBufferPool pool) {
    this.channel = channel;
    this.pool = pool;
  }

  void useDigests(boolean ofHeader, boolean ofData) {
    headerDigest = ofHeader;
    dataDigest = ofData;
  }

  /// A buffer with room for a header, its digest and `bytes` of data with theirs; append the header
  /// there, then call [#endHeader].
  ByteBuf roomFor(int bytes) {
    int needed = BasicHeader.BYTES + bytes + 3 + 2 * Digest.BYTES;
    TransferBuffer current = chunk;
    if (current != null && current.bytes.writableBytes() >= needed) {
      return current.bytes;
    }
    passChunk();
    TransferBuffer fresh = pool.acquireChunk();
    chunk = fresh;
    return fresh.bytes;
  }

  /// The header that begins at `at` is complete.
  void endHeader(ByteBuf out, int at) {
    if (headerDigest) {
      out.writeIntLE(digest.of(out, at, BasicHeader.BYTES));
    }
  }

  /// The data that begin at `at`, right after their header, are complete.
  void endData(ByteBuf out, int at) {
    int bytes = out.writerIndex() - at;
    if (bytes == 0) {
      return;
    }
    out.writeZero(BasicHeader.padding(bytes));
    if (dataDigest) {
      out.writeIntLE(digest.of(out, at, out.writerIndex() - at));
    }
  }

  /// Whether data of this length are copied by [#data], so that [#roomFor] must count them.
  static boolean isCopied(int bytes) {
    return bytes <= COPIED_BYTES_MAX;
  }

  /// Sends a stretch of `source` as the data of the PDU whose header was just ended. Call [#passOn]
  /// when all of `source` has been sent.
  void data(ByteBuf out, TransferBuffer source, int offset, int bytes) {
    if (isCopied(bytes)) {
      int at = out.writerIndex();
      out.writeBytes(source.bytes, offset, bytes);
      endData(out, at);
      return;
    }
    passChunk();
    var _ = channel.write(source.bytes.retainedSlice(offset, bytes), channel.voidPromise());
    hasUnflushed = true;
    int padding = BasicHeader.padding(bytes);
    if (padding == 0 && !dataDigest) {
      return;
    }
    ByteBuf trailer = roomFor(0);
    if (dataDigest) {
      digest.reset();
      digest.add(source.bytes, offset, bytes);
      digest.addZeroes(padding);
    }
    trailer.writeZero(padding);
    if (dataDigest) {
      trailer.writeIntLE(digest.value());
    }
  }

  /// Takes over a buffer whose data were sent; it returns to the pool once the socket wrote them.
  void passOn(TransferBuffer source) {
    if (source.isInTransit()) {
      transit.add(source);
    } else {
      pool.release(source);
    }
  }

  /// Gives all that was gathered to the socket.
  void flush() {
    passChunk();
    if (hasUnflushed) {
      hasUnflushed = false;
      channel.flush();
    }
    reap();
  }

  /// Takes back what the socket has written.
  void reap() {
    for (TransferBuffer head = transit.peek();
        head != null && !head.isInTransit();
        head = transit.peek()) {
      transit.poll();
      pool.release(head);
    }
  }

  /// The channel is closed: whatever is left is given up.
  void release() {
    TransferBuffer current = chunk;
    if (current != null) {
      chunk = null;
      pool.release(current);
    }
    reap();
    for (TransferBuffer left = transit.poll(); left != null; left = transit.poll()) {
      pool.abandon(left);
    }
  }

  private void passChunk() {
    TransferBuffer current = chunk;
    if (current == null || !current.bytes.isReadable()) {
      return;
    }
    chunk = null;
    var _ = channel.write(current.bytes.retain(), channel.voidPromise());
    hasUnflushed = true;
    transit.add(current);
  }
}
