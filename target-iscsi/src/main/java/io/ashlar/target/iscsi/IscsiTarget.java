package io.ashlar.target.iscsi;

import io.ashlar.core.volume.VolumeId;
import io.ashlar.target.iscsi.session.IscsiConnection;
import io.ashlar.target.iscsi.session.Portal;
import io.ashlar.target.iscsi.session.TargetDirectory;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.ServerChannel;
import io.netty.channel.WriteBufferWaterMark;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/// An iSCSI target on event loops that are its owner's. A connection begins on any of them and
/// moves to its volume's once it has logged in.
public final class IscsiTarget implements AutoCloseable {
  /// One read takes up to this many bytes from a socket.
  private static final int READ_BYTES = 64 * 1024;

  /// More unsent bytes than this stop the reading of further commands.
  private static final WriteBufferWaterMark UNSENT = new WriteBufferWaterMark(512 * 1024, 1 << 20);

  private final EventLoopGroup loops;
  private final Class<? extends ServerChannel> channelType;
  private final IscsiTargetOptions options;
  private final Portal portal;
  private final AtomicInteger connections = new AtomicInteger();
  private final Set<Channel> open = ConcurrentHashMap.newKeySet();

  /// @param loops the event loops; the shards' own, so that no thread is added
  /// @param channelType the listening socket's type that goes with them
  public IscsiTarget(
      EventLoopGroup loops,
      Class<? extends ServerChannel> channelType,
      IscsiTargetOptions options) {
    this.loops = loops;
    this.channelType = channelType;
    this.options = options;
    this.portal =
        new Portal(
            new Portal.Options(
                options.limits(),
                options.chapAlgorithms(),
                options.discoveryNeedsProof(),
                options.addresses(),
                options.bufferBytesPerShard()));
  }

  /// Replaces the volumes that are offered.
  public void publish(TargetDirectory directory) {
    portal.publish(directory);
  }

  /// Listens on an address; several calls listen on several.
  ///
  /// @return the address, with the port that was chosen if it was 0
  /// @throws InterruptedException if interrupted while binding
  public InetSocketAddress listen(SocketAddress address) throws InterruptedException {
    Channel listener =
        new ServerBootstrap()
            .group(loops)
            .channel(channelType)
            .option(ChannelOption.SO_BACKLOG, 1024)
            .option(ChannelOption.SO_REUSEADDR, true)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, UNSENT)
            .childOption(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(READ_BYTES))
            .childHandler(new Accept())
            .bind(address)
            .sync()
            .channel();
    open.add(listener);
    return (InetSocketAddress) listener.localAddress();
  }

  /// The number of connections now.
  public int connections() {
    return connections.get();
  }

  /// The names of the initiators that are logged in to a volume now. Not to be called on a shard.
  public List<String> initiators(VolumeId volume) {
    return portal.initiators(volume);
  }

  /// Stops listening and closes all connections; the event loops stay.
  @Override
  public void close() {
    List<Channel> channels = new ArrayList<>(open);
    for (Channel channel : channels) {
      channel.close().awaitUninterruptibly();
    }
  }

  private final class Accept extends ChannelInitializer<Channel> {
    @Override
    protected void initChannel(Channel channel) {
      if (connections.incrementAndGet() > options.connectionsMax()) {
        connections.decrementAndGet();
        var _ = channel.close();
        return;
      }
      open.add(channel);
      channel
          .closeFuture()
          .addListener(closed -> {
            open.remove(channel);
            connections.decrementAndGet();
          });
      channel.pipeline().addLast(new IscsiConnection(portal, channel));
    }
  }
}
