package io.ashlar.target.iscsi;

import io.ashlar.core.volume.VolumeGeometry;
import io.ashlar.simulation.MemoryBlockVolume;
import io.ashlar.target.iscsi.session.AccessPolicy;
import io.ashlar.target.iscsi.session.ExportedVolume;
import io.ashlar.target.iscsi.session.TargetDirectory;
import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;

/// Serves volumes in memory, so that real initiators can be run against the target: `MemoryTarget
/// [port] [logical block bytes] [size MiB] [volumes]`. Prints each target's URL and runs until it
/// is killed.
final class MemoryTarget {
  private MemoryTarget() {}

  public static void main(String[] arguments) throws InterruptedException {
    int port = argument(arguments, 0, 0);
    int blockBytes = argument(arguments, 1, 4096);
    long sizeBytes = argument(arguments, 2, 256) * 1024L * 1024;
    int volumes = argument(arguments, 3, 1);
    MultiThreadIoEventLoopGroup loops =
        new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    IscsiTarget target =
        new IscsiTarget(loops, NioServerSocketChannel.class, IscsiTargetOptions.DEFAULT);
    VolumeGeometry geometry = new VolumeGeometry(sizeBytes, blockBytes);
    List<ExportedVolume> exported =
        java.util.stream.IntStream.rangeClosed(1, volumes)
            .mapToObj(number -> export(number, geometry, loops.next()))
            .toList();
    target.publish(new TargetDirectory(exported));
    InetSocketAddress address =
        target.listen(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    for (ExportedVolume volume : exported) {
      System.out.printf("iscsi://127.0.0.1:%d/%s/0%n", address.getPort(), volume.targetName());
    }
    Thread.currentThread().join();
  }

  private static ExportedVolume export(int number, VolumeGeometry geometry, EventLoop loop) {
    MemoryBlockVolume volume = MemoryBlockVolume.numbered(number, geometry);
    return new ExportedVolume(volume.id(), volume, loop, AccessPolicy.OPEN);
  }

  private static int argument(String[] arguments, int index, int otherwise) {
    return index < arguments.length ? Integer.parseInt(arguments[index]) : otherwise;
  }
}
