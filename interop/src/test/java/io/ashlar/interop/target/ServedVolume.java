package io.ashlar.interop.target;

import io.ashlar.core.volume.VolumeGeometry;
import io.ashlar.simulation.MemoryBlockVolume;
import io.ashlar.target.iscsi.IscsiTarget;
import io.ashlar.target.iscsi.IscsiTargetOptions;
import io.ashlar.target.iscsi.session.AccessPolicy;
import io.ashlar.target.iscsi.session.ExportedVolume;
import io.ashlar.target.iscsi.session.TargetDirectory;
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
  private final ExportedVolume exported;
  private final InetSocketAddress iscsiAddress;

  private ServedVolume(VolumeGeometry geometry) throws InterruptedException {
    MemoryBlockVolume volume = MemoryBlockVolume.numbered(1, geometry);
    exported = new ExportedVolume(volume.id(), volume, loops.next(), AccessPolicy.OPEN);
    iscsi.publish(new TargetDirectory(List.of(exported)));
    iscsiAddress = iscsi.listen(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
  }

  public static ServedVolume start(long sizeBytes, int logicalBlockBytes)
      throws InterruptedException {
    return new ServedVolume(new VolumeGeometry(sizeBytes, logicalBlockBytes));
  }

  /// How libiscsi and QEMU name the volume.
  public String iscsiUrl() {
    return "iscsi://127.0.0.1:" + iscsiAddress.getPort() + "/" + exported.targetName() + "/0";
  }

  @Override
  public void close() {
    iscsi.close();
    loops.shutdownGracefully().awaitUninterruptibly();
  }
}
