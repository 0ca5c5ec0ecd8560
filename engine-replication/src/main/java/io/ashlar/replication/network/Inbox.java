package io.ashlar.replication.network;

import io.ashlar.core.base.Check;
import io.ashlar.replication.network.frame.FrameDecoder;
import io.ashlar.replication.network.frame.FrameHeader;
import io.ashlar.replication.network.frame.FrameKind;
import io.ashlar.replication.transport.TrafficClass;
import io.ashlar.replication.transport.Transport;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import org.agrona.DirectBuffer;
import org.jspecify.annotations.Nullable;

/// What came over one connection: frames are checked as they come, and messages kept until they are
/// polled.
final class Inbox {
  private final ByteBufAllocator allocator;
  private final FrameDecoder decoder = new FrameDecoder();
  private @Nullable ReceiveBuffer received;
  private boolean isRefused;
  private boolean isDelivering;
  private boolean isClosed;

  /// Takes sound frames other than messages.
  interface FrameSink {
    /// @return false if that was the end of the connection
    boolean onFrame(FrameKind kind, DirectBuffer memory, int at, int length);
  }

  Inbox(ByteBufAllocator allocator) {
    this.allocator = allocator;
  }

  /// From here on there are messages, of this class and in this version.
  void greeted(int version, TrafficClass traffic) {
    decoder.greeted(version, traffic);
  }

  /// Whether what came is no row of frames; [#refusal] says why.
  boolean isRefused() {
    return isRefused;
  }

  String refusal() {
    return decoder.refusal();
  }

  /// The code of the class of the frame that the sink gets.
  int frameTraffic() {
    return decoder.traffic();
  }

  /// How many bytes it holds.
  int bytes() {
    return received == null ? 0 : received.bytes();
  }

  /// Takes a copy of bytes, and shows the frames that they complete.
  void take(ByteBuf bytes, FrameSink sink) {
    Check.that(!isDelivering && !isClosed, "nothing comes in the middle of a poll, or afterwards");
    ReceiveBuffer in = received;
    if (in == null) {
      in = new ReceiveBuffer(allocator);
      received = in;
    }
    in.append(bytes);
    int length = decoder.next(in.view(), in.checked(), in.written());
    while (length > FrameDecoder.MORE && show(in, length, sink)) {
      length = decoder.next(in.view(), in.checked(), in.written());
    }
    isRefused = length == FrameDecoder.REFUSED;
  }

  private boolean show(ReceiveBuffer in, int frameBytes, FrameSink sink) {
    int at = in.checked();
    in.check(frameBytes);
    FrameKind kind = decoder.kind();
    if (kind == FrameKind.MESSAGE) {
      return true;
    }
    int payloadAt = at + FrameHeader.BYTES;
    if (!sink.onFrame(kind, in.view(), payloadAt, frameBytes - FrameHeader.BYTES)) {
      return false;
    }
    if (at == in.delivered()) {
      in.deliver(frameBytes);
    }
    return true;
  }

  /// Hands up to `max` messages on, until the receiver ends the connection.
  ///
  /// @return how many there were
  int deliver(PeerConnection from, Transport.Receiver receiver, int max) {
    ReceiveBuffer in = received;
    if (in == null || in.delivered() == in.checked()) {
      return 0;
    }
    int count = 0;
    isDelivering = true;
    try {
      while (count < max && in.delivered() < in.checked() && !isClosed) {
        int at = in.delivered();
        int length = FrameHeader.length(in.view(), at);
        if (FrameHeader.isMessage(in.view(), at)) {
          int payloadAt = at + FrameHeader.BYTES;
          receiver.onMessage(from.node(), from.traffic(), in.view(), payloadAt, length);
          count++;
        }
        in.deliver(FrameHeader.BYTES + length);
      }
    } finally {
      isDelivering = false;
      release();
    }
    return count;
  }

  /// Forgets everything; in the middle of a poll, when that is done with the message it has.
  void close() {
    isClosed = true;
    release();
  }

  private void release() {
    ReceiveBuffer in = received;
    if (isClosed && !isDelivering && in != null) {
      received = null;
      in.release();
    }
  }
}
