package io.ashlar.target.iscsi.session;

import io.ashlar.target.iscsi.pdu.BasicHeader;
import io.ashlar.target.iscsi.pdu.PduDecoder;
import io.ashlar.target.iscsi.pdu.PduListener;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One TCP connection of an initiator. Decodes PDUs for the phase that it is in, gathers what the
/// phase answers, and gives that to the socket once per turn of the event loop.
public final class IscsiConnection extends ChannelInboundHandlerAdapter implements PduListener {
  private static final Logger LOG = LoggerFactory.getLogger(IscsiConnection.class);

  /// A socket that takes nothing for so long is cut off.
  private static final long STALL_NS = 30_000_000_000L;

  /// A socket that is to be closed gets so long to take what was sent before.
  private static final long LINGER_NS = 2_000_000_000L;

  private final Portal portal;
  private final Channel channel;
  private final PduDecoder decoder;
  private final Runnable flushTask = this::flushNow;

  private IscsiShard shard;
  private PduWriter writer;
  private ConnectionPhase phase;
  private boolean isReading;
  private boolean isFlushScheduled;
  private boolean isClosed;
  private long stalledSinceNs;
  private boolean isClosing;
  private long closingSinceNs;

  /// Called on the channel's event loop.
  public IscsiConnection(Portal portal, Channel channel) {
    this.portal = portal;
    this.channel = channel;
    this.decoder = new PduDecoder(this, SessionParameters.LOGIN_DATA_SEGMENT_BYTES);
    this.shard = portal.shard(channel.eventLoop());
    this.writer = new PduWriter(channel, shard.pool());
    this.phase = new LoginPhase(this, portal);
    shard.add(this);
  }

  Portal portal() {
    return portal;
  }

  IscsiShard shard() {
    return shard;
  }

  PduWriter writer() {
    return writer;
  }

  PduDecoder decoder() {
    return decoder;
  }

  boolean isClosed() {
    return isClosed;
  }

  void enter(ConnectionPhase next) {
    phase = next;
  }

  /// The address that the initiator came to, as SendTargets writes it.
  String localAddress() {
    if (channel.localAddress() instanceof InetSocketAddress inet) {
      String host = inet.getAddress().getHostAddress();
      int zone = host.indexOf('%');
      String bare = zone < 0 ? host : host.substring(0, zone);
      return (bare.indexOf(':') < 0 ? bare : "[" + bare + "]") + ":" + inet.getPort();
    }
    return String.valueOf(channel.localAddress());
  }

  String remoteAddress() {
    return String.valueOf(channel.remoteAddress());
  }

  /// Moves the connection to the event loop of its volume, so that its I/O crosses no thread, and
  /// then runs `after` there.
  void moveTo(EventLoop loop, Runnable after) {
    if (loop.inEventLoop()) {
      after.run();
      return;
    }
    flushNow();
    writer.release();
    shard.remove(this);
    channel
        .deregister()
        .addListener(left ->
            loop.register(channel)
                .addListener(arrived -> {
                  if (!arrived.isSuccess() || !channel.isActive()) {
                    var _ = channel.close();
                    return;
                  }
                  shard = portal.shard(loop);
                  writer = new PduWriter(channel, shard.pool());
                  shard.add(this);
                  after.run();
                }));
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    ByteBuf in = (ByteBuf) message;
    isReading = true;
    try {
      decoder.decode(in);
    } finally {
      in.release();
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    isReading = false;
    flushNow();
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    // a host that does not read its answers may not ask for more
    boolean writable = channel.isWritable();
    stalledSinceNs = writable ? 0 : System.nanoTime();
    channel.config().setAutoRead(writable);
    writer.reap();
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    if (isClosed) {
      return;
    }
    isClosed = true;
    decoder.release();
    phase.onClosed();
    writer.release();
    // last, because the last connection's going gives the shard's memory back
    shard.remove(this);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    if (cause instanceof java.io.IOException) {
      close("the connection failed: " + cause.getMessage());
      return;
    }
    LOG.error("Closing the iSCSI connection of {} because of a bug here.", remoteAddress(), cause);
    close("internal error");
  }

  @Override
  public void onHeader(ByteBuf header) {
    phase.onHeader(header);
  }

  @Override
  public void onPdu(ByteBuf header) {
    phase.onPdu(header);
  }

  @Override
  public void onProtocolError(ByteBuf header, int reason, String sentence) {
    reject(header, reason);
    close(sentence);
  }

  /// Refuses a PDU; the connection goes on.
  void reject(ByteBuf header, int reason) {
    ByteBuf out = writer.roomFor(BasicHeader.BYTES);
    int at = io.ashlar.target.iscsi.pdu.RejectPdu.append(out, reason);
    phase.sequence(out, at);
    writer.endHeader(out, at);
    int data = out.writerIndex();
    out.writeBytes(header, 0, BasicHeader.BYTES);
    writer.endData(out, data);
    flushSoon();
  }

  /// Has what was written sent by the end of this turn of the loop.
  void flushSoon() {
    if (!isReading && !isFlushScheduled) {
      isFlushScheduled = true;
      channel.eventLoop().execute(flushTask);
    }
  }

  private void flushNow() {
    isFlushScheduled = false;
    if (!isClosed) {
      writer.flush();
    }
  }

  void reap() {
    writer.reap();
  }

  /// Sends what was written, then closes; after [#LINGER_NS] even if the host does not read it.
  void close(@Nullable String reason) {
    if (isClosed || isClosing || !channel.isOpen()) {
      return;
    }
    isClosing = true;
    closingSinceNs = System.nanoTime();
    if (reason != null) {
      LOG.info("Closing the iSCSI connection of {}: {}.", remoteAddress(), reason);
    }
    decoder.stop();
    writer.flush();
    var _ = channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
  }

  void onTick(long nowNs) {
    if (isClosing) {
      if (nowNs - closingSinceNs > LINGER_NS) {
        var _ = channel.close();
      }
      return;
    }
    if (stalledSinceNs != 0 && nowNs - stalledSinceNs > STALL_NS) {
      LOG.info("Cutting off {}: it does not read its answers.", remoteAddress());
      var _ = channel.close();
      return;
    }
    phase.onTick(nowNs);
  }
}
