package io.ashlar.target.nvme;

import io.ashlar.core.volume.VolumeGeometry;
import io.ashlar.simulation.MemoryBlockVolume;
import io.ashlar.target.nvme.subsystem.AnaGroup;
import io.ashlar.target.nvme.subsystem.ConnectionLimits;
import io.ashlar.target.nvme.subsystem.DigestPolicy;
import io.ashlar.target.nvme.subsystem.HostAccess;
import io.ashlar.target.nvme.subsystem.KeepAliveLimits;
import io.ashlar.target.nvme.subsystem.QueueLimits;
import io.ashlar.target.nvme.subsystem.Subsystem;
import io.ashlar.target.nvme.subsystem.TargetLimits;
import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.Callable;

/// A target on loopback with one volume in memory, for tests.
final class RunningTarget implements AutoCloseable {
  static final String HOST = "nqn.2014-08.org.nvmexpress:uuid:test-host-1";
  static final String OTHER_HOST = "nqn.2014-08.org.nvmexpress:uuid:test-host-2";

  /// As the defaults, but quick to hang up.
  private static final TargetOptions OPTIONS =
      new TargetOptions(
          new TargetLimits(
              QueueLimits.DEFAULT,
              new ConnectionLimits(1_000, 1_000, 16, 10_000, 20),
              KeepAliveLimits.DEFAULT,
              DigestPolicy.ALLOWED),
          List.of());

  /// How sockets are read and written.
  enum Transport {
    /// The JDK's, which every system has.
    NIO,
    /// As the daemon does.
    EPOLL
  }

  final MultiThreadIoEventLoopGroup loops;
  final EventLoop shard;
  final MemoryBlockVolume volume;
  final NvmeTcpTarget target;
  final InetSocketAddress address;

  RunningTarget(VolumeGeometry geometry, TargetOptions options) {
    this(MemoryBlockVolume.numbered(7, geometry), options);
  }

  RunningTarget(MemoryBlockVolume volume, TargetOptions options) {
    this(volume, options, Transport.NIO);
  }

  private RunningTarget(MemoryBlockVolume volume, TargetOptions options, Transport transport) {
    this.volume = volume;
    boolean nio = transport == Transport.NIO;
    loops =
        new MultiThreadIoEventLoopGroup(
            2, nio ? NioIoHandler.newFactory() : EpollIoHandler.newFactory());
    shard = loops.next();
    target =
        new NvmeTcpTarget(
            loops, nio ? NioServerSocketChannel.class : EpollServerSocketChannel.class, options);
    publish(HostAccess.ANY);
    address = target.listen(loopback(), ListenerRole.IO);
  }

  static RunningTarget of4KiBlocks() {
    return new RunningTarget(new VolumeGeometry(64 << 20, 4096), OPTIONS);
  }

  static RunningTarget over(Transport transport) {
    VolumeGeometry geometry = new VolumeGeometry(64 << 20, 4096);
    return new RunningTarget(MemoryBlockVolume.numbered(7, geometry), OPTIONS, transport);
  }

  static InetSocketAddress loopback() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
  }

  void publish(HostAccess access) {
    target.publish(List.of(export(access)));
  }

  Subsystem export(HostAccess access) {
    return new Subsystem(volume.id(), volume, shard, access, AnaGroup.SOLE);
  }

  String nqn() {
    return Subsystem.NQN_PREFIX + volume.id();
  }

  TestHost admin() throws IOException {
    return TestHost.admin(address, nqn(), HOST);
  }

  TestHost queue(TestHost admin, int queueId) throws IOException {
    return admin.ioQueue(address, queueId, 32, nqn(), HOST);
  }

  /// Runs on the volume's thread.
  <T> T onShard(Callable<T> task) {
    return shard.submit(task).syncUninterruptibly().getNow();
  }

  @Override
  public void close() {
    target.close();
    loops.shutdownGracefully(0, 1, java.util.concurrent.TimeUnit.SECONDS).syncUninterruptibly();
  }
}
