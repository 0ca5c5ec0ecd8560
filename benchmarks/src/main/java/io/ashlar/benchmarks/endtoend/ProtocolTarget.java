package io.ashlar.benchmarks.endtoend;

import io.ashlar.core.volume.VolumeGeometry;
import io.ashlar.daemon.loop.ShardLoop;
import io.ashlar.daemon.loop.SystemClock;
import io.ashlar.simulation.MemoryBlockVolume;
import io.ashlar.target.nvme.ListenerRole;
import io.ashlar.target.nvme.NvmeTcpTarget;
import io.ashlar.target.nvme.TargetOptions;
import io.ashlar.target.nvme.subsystem.AnaGroup;
import io.ashlar.target.nvme.subsystem.HostAccess;
import io.ashlar.target.nvme.subsystem.Subsystem;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;

/// A process that serves one volume in memory over NVMe/TCP from the daemon's own loop: the
/// protocol's cost with no store behind it. Prints `port nqn` and serves until it is killed or its
/// standard input ends.
final class ProtocolTarget {
  static final long VOLUME_BYTES = 64L << 20;

  private ProtocolTarget() {}

  /// @param arguments for how many µs the loop spins before it sleeps
  public static void main(String[] arguments) throws Exception {
    long spinNs = Long.parseLong(arguments[0]) * 1_000;
    try (ShardLoop loop =
        new ShardLoop("shard-0", SystemClock.INSTANCE, spinNs, ProtocolTarget::giveUp)) {
      MemoryBlockVolume volume =
          MemoryBlockVolume.numbered(1, new VolumeGeometry(VOLUME_BYTES, 4096));
      NvmeTcpTarget target =
          new NvmeTcpTarget(loop.eventLoop(), loop.serverChannelType(), TargetOptions.DEFAULT);
      Subsystem subsystem =
          new Subsystem(volume.id(), volume, loop.eventLoop(), HostAccess.ANY, AnaGroup.SOLE);
      target.publish(List.of(subsystem));
      InetSocketAddress address =
          target.listen(
              new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), ListenerRole.IO);
      System.out.println(address.getPort() + " " + subsystem.nqn());
      while (System.in.read() >= 0) {
        // The benchmark says nothing; the end of its output ends this process.
      }
      target.close();
    }
  }

  private static void giveUp(Throwable failure) {
    failure.printStackTrace();
    Runtime.getRuntime().halt(1);
  }
}
