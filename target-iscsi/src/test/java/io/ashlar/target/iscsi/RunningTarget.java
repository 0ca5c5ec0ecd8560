package io.ashlar.target.iscsi;

import io.ashlar.core.volume.BlockVolume;
import io.ashlar.core.volume.VolumeGeometry;
import io.ashlar.simulation.MemoryBlockVolume;
import io.ashlar.target.iscsi.session.AccessPolicy;
import io.ashlar.target.iscsi.session.ChapAlgorithm;
import io.ashlar.target.iscsi.session.ExportedVolume;
import io.ashlar.target.iscsi.session.SessionLimits;
import io.ashlar.target.iscsi.session.TargetDirectory;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;

/// A target on loopback with one volume in memory that anybody may use, for tests.
final class RunningTarget implements AutoCloseable {
  static final int BLOCK = 4096;

  /// Patient with hosts that say nothing.
  static final SessionLimits PATIENT =
      new SessionLimits(128, 256 << 10, 1 << 20, 256 << 10, 600_000_000_000L, 600_000_000_000L);

  static final int CONNECTIONS_MAX = 10_050;
  private static final long BUFFER_BYTES = 16 << 20;

  /// How sockets are driven.
  enum Transport {
    NIO(NioServerSocketChannel.class),
    EPOLL(EpollServerSocketChannel.class);

    private final Class<? extends ServerChannel> channelType;

    Transport(Class<? extends ServerChannel> channelType) {
      this.channelType = channelType;
    }

    private IoHandlerFactory handlers() {
      return this == NIO ? NioIoHandler.newFactory() : EpollIoHandler.newFactory();
    }
  }

  final MultiThreadIoEventLoopGroup loops;
  final BlockVolume volume;
  final IscsiTarget target;
  final InetSocketAddress address;
  private final ExportedVolume exported;

  RunningTarget() throws InterruptedException {
    this(MemoryBlockVolume.numbered(1, new VolumeGeometry(8 << 20, BLOCK)));
  }

  RunningTarget(BlockVolume volume) throws InterruptedException {
    this(volume, Transport.NIO);
  }

  RunningTarget(BlockVolume volume, Transport transport) throws InterruptedException {
    this.volume = volume;
    loops = new MultiThreadIoEventLoopGroup(1, transport.handlers());
    target =
        new IscsiTarget(
            loops,
            transport.channelType,
            new IscsiTargetOptions(
                PATIENT,
                List.of(ChapAlgorithm.SHA_256),
                false,
                List.of(),
                BUFFER_BYTES,
                CONNECTIONS_MAX));
    exported = new ExportedVolume(volume.id(), volume, loops.next(), AccessPolicy.OPEN);
    target.publish(new TargetDirectory(List.of(exported)));
    address = target.listen(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
  }

  /// An initiator of its own name, logged in, with the first unit attention taken.
  ScriptedInitiator loggedIn(int host) throws IOException {
    return loggedIn(host, "");
  }

  /// As [#loggedIn(int)], with further keys.
  ScriptedInitiator loggedIn(int host, String more) throws IOException {
    ScriptedInitiator initiator = new ScriptedInitiator(address);
    String keys =
        "InitiatorName=iqn.2026-11.test:host"
            + host
            + "\0SessionType=Normal\0TargetName="
            + exported.targetName()
            + "\0MaxRecvDataSegmentLength=262144\0"
            + more;
    if (initiator.loginStep(0x87, keys).loginStatus() != 0) {
      throw new IOException("the login was refused");
    }
    if (more.contains("HeaderDigest=CRC32C")) {
      initiator.useDigests();
    }
    initiator.command(0x7FFF_0000, 0x80, 0, new byte[6]);
    if (initiator.receive().opcode() != 0x21) {
      throw new IOException("a unit attention was expected");
    }
    return initiator;
  }

  /// READ (10) of so many blocks.
  static byte[] read(int lba, int blocks) {
    return tenBytes(0x28, lba, blocks);
  }

  /// WRITE (10) of so many blocks.
  static byte[] write(int lba, int blocks) {
    return tenBytes(0x2a, lba, blocks);
  }

  private static byte[] tenBytes(int opcode, int lba, int blocks) {
    return java.nio.ByteBuffer.allocate(10)
        .put(0, (byte) opcode)
        .putInt(2, lba)
        .putShort(7, (short) blocks)
        .array();
  }

  /// Runs on the volume's thread.
  <T> T onShard(Callable<T> task) {
    return loops.next().submit(task).syncUninterruptibly().getNow();
  }

  /// How many 4 KiB blocks of the volume in memory hold data.
  int mappedBlocks() {
    return onShard(((MemoryBlockVolume) volume)::mappedBlocks);
  }

  /// Waits until so many connections are left.
  void awaitConnections(int count) {
    while (target.connections() != count) {
      Thread.onSpinWait();
    }
  }

  @Override
  public void close() {
    target.close();
    loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
  }
}
