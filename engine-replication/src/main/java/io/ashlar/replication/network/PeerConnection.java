package io.ashlar.replication.network;

import io.ashlar.core.base.Check;
import io.ashlar.core.base.CheckFailedException;
import io.ashlar.replication.network.frame.FrameKind;
import io.ashlar.replication.network.frame.Goodbye;
import io.ashlar.replication.network.frame.Hello;
import io.ashlar.replication.transport.TrafficClass;
import io.ashlar.replication.transport.Transport;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.net.InetSocketAddress;
import java.util.Locale;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/// One end of one connection, the last handler of its pipeline. It greets, checks what comes as it
/// comes, and keeps messages until they are polled; who does not poll is not sent more.
final class PeerConnection extends ChannelInboundHandlerAdapter implements Inbox.FrameSink {
  private static final int NOBODY = -1;

  private final Channel channel;
  private final ConnectionOwner owner;
  private final @Nullable SslHandler tls;
  private final @Nullable Expected dialed;
  private final Inbox inbox;
  private final long beganNs;
  private ConnectionState state = ConnectionState.SECURING;
  private @Nullable SendBuffer out;
  private @Nullable Integer certified;
  private int node;
  private TrafficClass traffic = TrafficClass.CONTROL;
  private long heardNs;
  private boolean isPaused;

  /// @param dialed whom it is dialed to; null if it was accepted
  PeerConnection(
      Channel channel, ConnectionOwner owner, @Nullable SslHandler tls, @Nullable Expected dialed) {
    this.channel = channel;
    this.owner = owner;
    this.tls = tls;
    this.dialed = dialed;
    inbox = new Inbox(channel.alloc());
    beganNs = owner.nowNs();
    node = dialed == null ? NOBODY : dialed.node();
  }

  /// The node at the other end, once it is known.
  int node() {
    return node;
  }

  TrafficClass traffic() {
    return traffic;
  }

  @Nullable Expected dialed() {
    return dialed;
  }

  boolean isEstablished() {
    return state == ConnectionState.ESTABLISHED;
  }

  /// Whether it should have been established by now.
  boolean isOverdue(long nowNs) {
    return nowNs - beganNs > owner.options().limits().greetingNs();
  }

  /// Whether nothing came for too long, although it would have been read.
  boolean isSilent(long nowNs) {
    return !isPaused && nowNs - heardNs > owner.options().limits().silenceNs();
  }

  /// Does not count so much of the silence.
  void excuse(long ns) {
    heardNs = Math.min(owner.nowNs(), heardNs + ns);
  }

  private void state(ConnectionState next) {
    Check.that(state.mayBecome(next), "a connection's states are in order");
    state = next;
  }

  // ---- greeting ----

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    if (tls == null) {
      secured();
    }
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event instanceof SslHandshakeCompletionEvent handshake && isOpen()) {
      if (handshake.isSuccess()) {
        secured();
      } else {
        end(EndKind.REFUSED, Failures.sentence(handshake.cause()));
      }
    }
  }

  private void secured() {
    certified = tls == null ? null : MutualTls.provedBy(tls);
    if (tls != null && certified == null) {
      end(EndKind.REFUSED, "it showed no certificate");
      return;
    }
    state(ConnectionState.GREETING);
    if (dialed != null) {
      sayHello(dialed.traffic());
    }
  }

  private void sayHello(TrafficClass next) {
    traffic = next;
    SendBuffer opened = new SendBuffer(channel, next.code());
    out = opened;
    UnsafeBuffer payload = new UnsafeBuffer(new byte[Hello.BYTES]);
    int length = owner.options().hello().encode(payload, 0);
    opened.offer(FrameKind.HELLO, payload, 0, length);
    opened.flush();
  }

  private void onHello(@Nullable Hello hello, TrafficClass theirTraffic) {
    if (hello == null) {
      end(EndKind.REFUSED, "its greeting makes no sense");
      return;
    }
    if (dialed == null) {
      node = hello.node();
      sayHelloOrRefuse(hello, theirTraffic);
    } else if (theirTraffic != dialed.traffic()) {
      end(EndKind.REFUSED, "it answers for " + theirTraffic + " on " + dialed.traffic());
    } else {
      establish(hello);
    }
  }

  /// Who dialed is told what is wrong with it, and greeted only if nothing is.
  private void sayHelloOrRefuse(Hello hello, TrafficClass theirTraffic) {
    traffic = theirTraffic;
    String refusal = Introduction.refusal(owner.options().hello(), hello, certified, null);
    if (refusal == null) {
      refusal = owner.onIntroduced(this, hello);
    }
    if (refusal == null) {
      sayHello(theirTraffic);
      greeted(hello);
    } else {
      out = new SendBuffer(channel, theirTraffic.code());
      end(EndKind.REFUSED, refusal);
    }
  }

  private void establish(Hello hello) {
    String refusal = Introduction.refusal(owner.options().hello(), hello, certified, dialed);
    if (refusal == null) {
      refusal = owner.onIntroduced(this, hello);
    }
    if (refusal == null) {
      greeted(hello);
    } else {
      end(EndKind.REFUSED, refusal);
    }
  }

  private void greeted(Hello hello) {
    int version = owner.options().hello().versions().agree(hello.versions());
    Check.present(out, "the greeting was sent").version(version);
    inbox.greeted(version, traffic);
    heardNs = owner.nowNs();
    state(ConnectionState.ESTABLISHED);
    owner.onEstablished(this);
  }

  // ---- what comes ----

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    ByteBuf bytes = (ByteBuf) message;
    try {
      if (isOpen()) {
        take(bytes);
      }
    } finally {
      bytes.release();
    }
  }

  private void take(ByteBuf bytes) {
    heardNs = owner.nowNs();
    inbox.take(bytes, this);
    if (isOpen() && inbox.isRefused()) {
      end(EndKind.REFUSED, "it sent " + inbox.refusal());
    } else if (isOpen() && inbox.bytes() >= owner.options().limits().receiveBytesMax()) {
      isPaused = true;
      channel.config().setAutoRead(false);
    }
  }

  @Override
  public boolean onFrame(FrameKind kind, DirectBuffer memory, int at, int length) {
    on(kind, memory, at, length);
    return isOpen();
  }

  private void on(FrameKind kind, DirectBuffer memory, int at, int length) {
    switch (kind) {
      case HELLO -> onHello(Hello.decode(memory, at, length), trafficOf(inbox.frameTraffic()));
      case BYE -> end(EndKind.LOST, "it says: " + Goodbye.decode(memory, at, length));
      case KEEP_ALIVE, MESSAGE -> {}
    }
  }

  private static TrafficClass trafficOf(int code) {
    return switch (code) {
      case 0 -> TrafficClass.CONTROL;
      case 1 -> TrafficClass.REPLICATION;
      default -> TrafficClass.RESYNC;
    };
  }

  /// Hands up to `max` messages on.
  ///
  /// @return how many there were
  int deliver(Transport.Receiver receiver, int max) {
    int count = inbox.deliver(this, receiver, max);
    if (isPaused && isOpen() && inbox.bytes() < owner.options().limits().receiveBytesMax() / 2) {
      isPaused = false;
      heardNs = owner.nowNs();
      channel.config().setAutoRead(true);
    }
    return count;
  }

  // ---- what goes ----

  /// Adds a message to what is sent at the next flush.
  ///
  /// @return false if too much waits already, or nobody is there
  boolean offer(DirectBuffer message, int offset, int length) {
    SendBuffer open = out;
    return isEstablished()
        && open != null
        && open.offer(FrameKind.MESSAGE, message, offset, length);
  }

  void flush() {
    SendBuffer open = out;
    if (open != null && isOpen()) {
      open.flush();
    }
  }

  /// Gives a sign of life, unless so much waits that this one would be late anyway.
  void keepAlive(DirectBuffer nothing) {
    SendBuffer open = out;
    if (isEstablished() && open != null && open.offer(FrameKind.KEEP_ALIVE, nothing, 0, 0)) {
      open.flush();
    }
  }

  // ---- the end ----

  private boolean isOpen() {
    return state != ConnectionState.CLOSED;
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    end(EndKind.LOST, "the connection was closed at the other end");
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    if (cause instanceof CheckFailedException || cause instanceof Error) {
      owner.onBroken(cause);
    }
    end(EndKind.LOST, Failures.sentence(cause));
  }

  /// Ends it, and tells the other end why where it is this one that wants it.
  ///
  /// @param reason as the rest of a sentence about the other end
  void end(EndKind kind, String reason) {
    if (!isOpen()) {
      return;
    }
    boolean wasEstablished = isEstablished();
    // First of all: saying goodbye may find that the connection is broken, and come here again.
    state(ConnectionState.CLOSED);
    SendBuffer open = out;
    if (kind != EndKind.LOST && open != null) {
      UnsafeBuffer payload = new UnsafeBuffer(new byte[Goodbye.BYTES_MAX]);
      open.offer(FrameKind.BYE, payload, 0, Goodbye.encode(reason, payload, 0));
      open.flush();
    }
    inbox.close();
    if (open != null) {
      open.release();
      out = null;
    }
    var _ = channel.close();
    owner.onEnded(this, kind, sentence(wasEstablished, reason));
  }

  private String sentence(boolean wasEstablished, String reason) {
    String what = wasEstablished ? traffic.name().toLowerCase(Locale.ROOT) : "greeting";
    String who =
        node != NOBODY
            ? "Node " + node
            : channel.remoteAddress() instanceof InetSocketAddress remote
                ? "Somebody at " + remote.getAddress().getHostAddress()
                : "Somebody";
    return who + " (" + what + "): " + reason + ".";
  }
}
