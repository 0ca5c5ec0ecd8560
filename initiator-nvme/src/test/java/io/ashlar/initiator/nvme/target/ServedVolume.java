package io.ashlar.initiator.nvme.target;

import io.ashlar.core.volume.VolumeGeometry;
import io.ashlar.initiator.nvme.InitiatorOptions;
import io.ashlar.initiator.nvme.NvmeInitiator;
import io.ashlar.initiator.nvme.queue.Digests;
import io.ashlar.simulation.MemoryBlockVolume;
import io.ashlar.target.nvme.ListenerRole;
import io.ashlar.target.nvme.NvmeTcpTarget;
import io.ashlar.target.nvme.TargetOptions;
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
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;

/// A volume in memory behind the real target, on loopback.
final class ServedVolume implements AutoCloseable {
  static final UUID HOST_ID = UUID.fromString("11111111-2222-4333-8444-555555555555");
  static final UUID OTHER_HOST_ID = UUID.fromString("aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee");

  /// The default limits, but a target that ended the dialogue waits less for its host to hang up.
  private static final TargetLimits LIMITS =
      new TargetLimits(
          QueueLimits.DEFAULT,
          new ConnectionLimits(20_000, 16_384, 16, 10_000, 50),
          KeepAliveLimits.DEFAULT,
          DigestPolicy.ALLOWED);

  private final MultiThreadIoEventLoopGroup loops =
      new MultiThreadIoEventLoopGroup(2, NioIoHandler.newFactory());
  private final EventLoop shard = loops.next();
  private final MemoryBlockVolume volume;
  private final NvmeTcpTarget target;
  private final InetSocketAddress address;

  ServedVolume(long sizeBytes, int blockBytes) {
    volume = MemoryBlockVolume.numbered(7, new VolumeGeometry(sizeBytes, blockBytes));
    target =
        new NvmeTcpTarget(
            loops, NioServerSocketChannel.class, new TargetOptions(LIMITS, List.of()));
    publish(HostAccess.ANY);
    address =
        target.listen(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), ListenerRole.IO);
  }

  void publish(HostAccess access) {
    target.publish(List.of(new Subsystem(volume.id(), volume, shard, access, AnaGroup.SOLE)));
  }

  NvmeTcpTarget target() {
    return target;
  }

  MemoryBlockVolume volume() {
    return volume;
  }

  String nqn() {
    return Subsystem.NQN_PREFIX + volume.id();
  }

  InetSocketAddress address() {
    return address;
  }

  InitiatorOptions options() {
    return InitiatorOptions.to(address, nqn(), HOST_ID);
  }

  NvmeInitiator connect() throws IOException {
    return NvmeInitiator.connect(options());
  }

  NvmeInitiator connect(Digests digests) throws IOException {
    return NvmeInitiator.connect(options().withDigests(digests));
  }

  NvmeInitiator connectOther() throws IOException {
    return NvmeInitiator.connect(InitiatorOptions.to(address, nqn(), OTHER_HOST_ID));
  }

  /// Runs on the volume's thread.
  <T> T onShard(Callable<T> task) {
    return shard.submit(task).syncUninterruptibly().getNow();
  }

  @Override
  public void close() {
    target.close();
    loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
  }
}
