package io.ashlar.replication.network;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;

/// Copies what the socket brought into memory of the heap, ahead of the JDK's TLS: its ciphers work
/// on arrays, and take bytes outside the heap through arrays that they make for each record.
@ChannelHandler.Sharable
final class OntoHeap extends ChannelInboundHandlerAdapter {
  static final OntoHeap INSTANCE = new OntoHeap();

  private OntoHeap() {}

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    ByteBuf bytes = (ByteBuf) message;
    if (bytes.hasArray()) {
      ctx.fireChannelRead(bytes);
      return;
    }
    ByteBuf copy = ctx.alloc().heapBuffer(bytes.readableBytes());
    copy.writeBytes(bytes);
    bytes.release();
    ctx.fireChannelRead(copy);
  }
}
