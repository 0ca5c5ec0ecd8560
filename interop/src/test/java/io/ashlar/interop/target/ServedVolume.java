package io.ashlar.interop.target;

import io.ashlar.core.volume.VolumeGeometry;
import io.ashlar.simulation.MemoryBlockVolume;
import io.ashlar.target.iscsi.IscsiTarget;
import io.ashlar.target.iscsi.IscsiTargetOptions;
import io.ashlar.target.iscsi.session.AccessPolicy;
import io.ashlar.target.iscsi.session.ExportedVolume;
import io.ashlar.target.iscsi.session.TargetDirectory;
import io.ashlar.target.nvme.ListenerRole;
import io.ashlar.target.nvme.NvmeTcpTarget;
import io.ashlar.target.nvme.TargetOptions;
import io.ashlar.target.nvme.subsystem.AnaGroup;
import io.ashlar.target.nvme.subsystem.HostAccess;
import io.ashlar.target.nvme.subsystem.Subsystem;
import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;

/// One volume in memory, served by the real targets on loopback: what an initiator sees of the
/// protocols without the store below.
public final class ServedVolume implements AutoCloseable {
  private final MultiThreadIoEventLoopGroup loops =
      new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
  private final IscsiTarget iscsi =
      new IscsiTarget(loops, NioServerSocketChannel.class, IscsiTargetOptions.DEFAULT);
  private final MemoryBlockVolume volume;
  private final ExportedVolume exported;
  private final Subsystem subsystem;
  private final InetSocketAddress iscsiAddress;
  private final InetSocketAddress nvmeAddress;
  private NvmeTcpTarget nvme = newNvmeTarget();

  private ServedVolume(VolumeGeometry geometry) throws InterruptedException {
    volume = MemoryBlockVolume.numbered(1, geometry);
    EventLoop shard = loops.next();
    exported = new ExportedVolume(volume.id(), volume, shard, AccessPolicy.OPEN);
    iscsi.publish(new TargetDirectory(List.of(exported)));
    iscsiAddress = iscsi.listen(anyPort());
    subsystem = new Subsystem(volume.id(), volume, shard, HostAccess.ANY, AnaGroup.SOLE);
    nvme.publish(List.of(subsystem));
    nvmeAddress = nvme.listen(anyPort(), ListenerRole.IO);
  }

  public static ServedVolume start(long sizeBytes, int logicalBlockBytes)
      throws InterruptedException {
    return new ServedVolume(new VolumeGeometry(sizeBytes, logicalBlockBytes));
  }

  /// How libiscsi and QEMU name the volume.
  public String iscsiUrl() {
    return "iscsi://127.0.0.1:" + iscsiAddress.getPort() + "/" + exported.targetName() + "/0";
  }

  /// The port on loopback at which NVMe/TCP hosts find the volume.
  public int nvmePort() {
    return nvmeAddress.getPort();
  }

  public String nqn() {
    return subsystem.nqn();
  }

  /// How many 4 KiB blocks hold data.
  public int mappedBlocks() {
    return loops.submit(volume::mappedBlocks).syncUninterruptibly().getNow();
  }

  /// Hangs up on all NVMe/TCP hosts, as a dying process does, and comes back on the same port with
  /// the same data.
  public void restartNvme() {
    nvme.close();
    nvme = newNvmeTarget();
    nvme.publish(List.of(subsystem));
    nvme.listen(nvmeAddress, ListenerRole.IO);
  }

  private NvmeTcpTarget newNvmeTarget() {
    return new NvmeTcpTarget(loops, NioServerSocketChannel.class, TargetOptions.DEFAULT);
  }

  private static InetSocketAddress anyPort() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
  }

  @Override
  public void close() {
    iscsi.close();
    nvme.close();
    loops.shutdownGracefully().awaitUninterruptibly();
  }
}
