package io.ashlar.target.nvme;

import static java.util.Objects.requireNonNull;

import io.ashlar.core.volume.VolumeId;
import io.ashlar.target.nvme.queue.ConnectionAdmission;
import io.ashlar.target.nvme.queue.ConnectionHandler;
import io.ashlar.target.nvme.queue.ShardContext;
import io.ashlar.target.nvme.queue.TargetContext;
import io.ashlar.target.nvme.subsystem.Subsystem;
import io.ashlar.target.nvme.subsystem.SubsystemDirectory;
import io.ashlar.target.nvme.subsystem.TargetLimits;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.net.InetSocketAddress;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

/// Serves volumes to hosts over NVMe/TCP. The caller owns the event loops (its shards) and ends
/// them after [#close]. [#publish] says what is exported; [#listen] opens sockets, on any address
/// and as many as wanted. Methods are called on control threads, one at a time.
public final class NvmeTcpTarget {
  private static final int UNREAD_BYTES_LOW = 256 * 1024;
  private static final int UNREAD_BYTES_HIGH = 1024 * 1024;
  private static final int BACKLOG = 1024;

  private final EventLoopGroup loops;
  private final Class<? extends ServerChannel> channelType;
  private final TargetOptions options;
  private final Map<EventLoop, ShardContext> shards = new HashMap<>();
  private final ConnectionAdmission admission;
  private final ChannelGroup channels = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
  private final List<Channel> listeners = new CopyOnWriteArrayList<>();
  private final List<InetSocketAddress> ioAddresses = new CopyOnWriteArrayList<>();
  private final Context context = new Context();
  private volatile SubsystemDirectory directory = SubsystemDirectory.EMPTY;

  /// @param loops the shards; subsystems name them, and sockets are accepted on any of them
  /// @param channelType the server channel that goes with the loops
  public NvmeTcpTarget(
      EventLoopGroup loops, Class<? extends ServerChannel> channelType, TargetOptions options) {
    this.loops = loops;
    this.channelType = channelType;
    this.options = options;
    admission = new ConnectionAdmission(options.limits().connections());
    for (EventExecutor executor : loops) {
      EventLoop loop = (EventLoop) executor;
      shards.put(loop, new ShardContext(loop, options.limits(), () -> directory));
    }
  }

  /// Opens a listening socket.
  ///
  /// @return the address it has, with the port that was chosen if `address` had port 0
  /// @throws io.netty.channel.ChannelException or an `IOException` if the address cannot be had
  public InetSocketAddress listen(InetSocketAddress address, ListenerRole role) {
    ChannelFuture bound =
        new ServerBootstrap()
            .group(loops)
            .channel(channelType)
            .option(ChannelOption.SO_BACKLOG, BACKLOG)
            .option(ChannelOption.SO_REUSEADDR, true)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childOption(ChannelOption.SO_KEEPALIVE, true)
            .childOption(
                ChannelOption.WRITE_BUFFER_WATER_MARK,
                new WriteBufferWaterMark(UNREAD_BYTES_LOW, UNREAD_BYTES_HIGH))
            .childHandler(new Initializer())
            .bind(address)
            .syncUninterruptibly();
    listeners.add(bound.channel());
    InetSocketAddress local = (InetSocketAddress) bound.channel().localAddress();
    if (role == ListenerRole.IO) {
      ioAddresses.add(local);
    }
    return local;
  }

  /// Says what is exported from now on. Hosts of exports that ended, and hosts that lost their
  /// access, are cut off; hosts of paths that changed state are told.
  public void publish(Collection<Subsystem> subsystems) {
    SubsystemDirectory next = directory.next(subsystems);
    directory = next;
    for (ShardContext shard : shards.values()) {
      shard.loop().submit(() -> shard.apply(next)).syncUninterruptibly();
    }
  }

  /// Tells a volume's hosts that it changed, for instance in size.
  public void namespaceChanged(VolumeId volume) {
    Subsystem subsystem = directory.find(Subsystem.NQN_PREFIX + volume);
    if (subsystem != null) {
      ShardContext shard = context.shard(subsystem.shard());
      shard.loop().execute(() -> shard.namespaceChanged(subsystem.nqn()));
    }
  }

  /// How many connections there are now.
  public int connectionCount() {
    return admission.count();
  }

  /// The names of the hosts of a volume now, once for each of their controllers. Not to be called
  /// on a shard.
  public List<String> hosts(VolumeId volume) {
    Subsystem subsystem = directory.find(Subsystem.NQN_PREFIX + volume);
    if (subsystem == null) {
      return List.of();
    }
    ShardContext shard = context.shard(subsystem.shard());
    return shard.loop().submit(() -> shard.hosts(subsystem.nqn())).syncUninterruptibly().getNow();
  }

  /// Stops listening and hangs up on all hosts. Returns when all sockets are closed.
  public void close() {
    for (Channel listener : listeners) {
      listener.close().syncUninterruptibly();
    }
    for (ShardContext shard : shards.values()) {
      shard.loop().submit(() -> shard.close("the target is shutting down")).syncUninterruptibly();
    }
    channels.close().syncUninterruptibly();
  }

  private final class Initializer extends ChannelInitializer<Channel> {
    @Override
    protected void initChannel(Channel channel) {
      InetSocketAddress peer = (InetSocketAddress) channel.remoteAddress();
      if (peer == null || !admission.enter(peer.getAddress())) {
        var _ = channel.close();
        return;
      }
      channel.closeFuture().addListener(closed -> admission.leave(peer.getAddress()));
      channels.add(channel);
      channel.pipeline().addLast(new ConnectionHandler(channel, context));
    }
  }

  private final class Context implements TargetContext {
    @Override
    public TargetLimits limits() {
      return options.limits();
    }

    @Override
    public SubsystemDirectory directory() {
      return directory;
    }

    @Override
    public ShardContext shard(EventLoop loop) {
      return requireNonNull(shards.get(loop), "a shard is one of the target's loops");
    }

    @Override
    public List<InetSocketAddress> portals(InetSocketAddress local) {
      return options.advertised().isEmpty()
          ? Portals.seenFrom(local, ioAddresses)
          : options.advertised();
    }
  }
}
