package io.ashlar.replication.network;

import io.ashlar.replication.transport.TrafficClass;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.handler.ssl.SslHandler;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Makes the sockets of a storage network, all on one event loop and from one address.
final class Sockets {
  private static final int BACKLOG = 128;
  private static final int READ_BYTES_MIN = 2 << 10;
  private static final int READ_BYTES = 16 << 10;
  private static final int READ_BYTES_MAX = 256 << 10;

  private final EventLoop loop;
  private final ByteBufAllocator allocator;
  private final SocketKind kind;
  private final ConnectionOwner owner;
  private final ChannelSecurity security;
  private final InetSocketAddress local;

  Sockets(
      EventLoop loop, ByteBufAllocator allocator, ConnectionOwner owner, ChannelSecurity security) {
    this.loop = loop;
    this.allocator = allocator;
    this.owner = owner;
    this.security = security;
    kind = SocketKind.of(loop);
    local = owner.options().listen();
  }

  /// Listens.
  ///
  /// @param admission whether an address may connect at all
  /// @param onAccepted gets each new connection
  ChannelFuture listen(
      Predicate<InetSocketAddress> admission, Consumer<PeerConnection> onAccepted) {
    return new ServerBootstrap()
        .group(loop)
        .channel(kind.listener())
        .option(ChannelOption.SO_BACKLOG, BACKLOG)
        .option(ChannelOption.SO_REUSEADDR, true)
        .childHandler(
            new ChannelInitializer<Channel>() {
              @Override
              protected void initChannel(Channel channel) {
                SocketAddress remote = channel.remoteAddress();
                if (remote instanceof InetSocketAddress address && admission.test(address)) {
                  onAccepted.accept(install(channel, ConnectionRole.ACCEPTED, null));
                } else {
                  var _ = channel.close();
                }
              }
            })
        .bind(local);
  }

  /// Dials a peer from this node's address on the storage network.
  ///
  /// @param onDialed gets the new connection, which is not there yet
  void dial(Peer peer, TrafficClass traffic, Consumer<PeerConnection> onDialed) {
    Expected expected = new Expected(peer.node(), traffic);
    long timeoutNs = owner.options().limits().greetingNs();
    ChannelFuture dialing =
        new Bootstrap()
            .group(loop)
            .channel(kind.socket())
            .disableResolver()
            .option(
                ChannelOption.CONNECT_TIMEOUT_MILLIS,
                (int) TimeUnit.NANOSECONDS.toMillis(timeoutNs))
            .handler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    onDialed.accept(install(channel, ConnectionRole.DIALED, expected));
                  }
                })
            .connect(peer.address(), new InetSocketAddress(local.getAddress(), 0));
    dialing.addListener(done -> {
      PeerConnection connection = dialing.channel().pipeline().get(PeerConnection.class);
      if (!done.isSuccess() && connection != null) {
        connection.end(
            EndKind.LOST,
            "it does not answer at "
                + peer.address()
                + " ("
                + Failures.sentence(done.cause())
                + ")");
      }
    });
  }

  private PeerConnection install(
      Channel channel, ConnectionRole role, @Nullable Expected expected) {
    NetworkLimits limits = owner.options().limits();
    channel.config().setAllocator(allocator);
    channel.config().setOption(ChannelOption.TCP_NODELAY, true);
    channel
        .config()
        .setRecvByteBufAllocator(
            new AdaptiveRecvByteBufAllocator(READ_BYTES_MIN, READ_BYTES, READ_BYTES_MAX));
    channel
        .config()
        .setWriteBufferWaterMark(
            new WriteBufferWaterMark(limits.sendBytesMax(), limits.sendBytesMax()));
    kind.giveUpAfter(channel, (int) TimeUnit.NANOSECONDS.toMillis(limits.stuckNs()));
    SslHandler tls = security.newHandler(role);
    PeerConnection connection = new PeerConnection(channel, owner, tls, expected);
    if (tls != null) {
      channel.pipeline().addLast(OntoHeap.INSTANCE, tls);
    }
    channel.pipeline().addLast(connection);
    return connection;
  }
}
