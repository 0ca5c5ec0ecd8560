package io.ashlar.target.nvme;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.ThreadMXBean;
import io.ashlar.core.reservation.ReservationTable;
import io.ashlar.core.volume.BlockRequest;
import io.ashlar.core.volume.BlockStatus;
import io.ashlar.core.volume.BlockVolume;
import io.ashlar.core.volume.VolumeGeometry;
import io.ashlar.core.volume.VolumeId;
import io.ashlar.target.nvme.spec.IoOpcode;
import io.ashlar.target.nvme.subsystem.AnaGroup;
import io.ashlar.target.nvme.subsystem.HostAccess;
import io.ashlar.target.nvme.subsystem.Subsystem;
import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.util.ResourceLeakDetector;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/// What the loop thread allocates per I/O once it is warm: nothing.
class AllocationTest {
  private static final int BLOCK = 4096;
  private static final int WARM_UP_ROUNDS = 8_000;
  private static final int ROUNDS = 8_000;

  /// Reads, writes in the capsule, writes by R2T.
  private static final int COMMANDS_PER_ROUND = 5;

  /// The JVM's own doings on the thread (a recompiled method, a profiler's sample) may cost some.
  private static final double BYTES_PER_IO_MAX = 1;

  @Test
  void shouldAllocateNothingPerIo() throws IOException {
    assumeTrue(Epoll.isAvailable(), "skipped: Netty's epoll transport does not load here");
    // As the daemon runs: the detector's samples are objects.
    ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.DISABLED);
    MultiThreadIoEventLoopGroup loops =
        new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
    EventLoop shard = loops.next();
    NvmeTcpTarget target =
        new NvmeTcpTarget(loops, EpollServerSocketChannel.class, TargetOptions.DEFAULT);
    BlockVolume volume = new Instant();
    Subsystem export = new Subsystem(volume.id(), volume, shard, HostAccess.ANY, AnaGroup.SOLE);
    target.publish(List.of(export));
    InetSocketAddress address = target.listen(RunningTarget.loopback(), ListenerRole.IO);
    try (TestHost admin = TestHost.admin(address, export.nqn(), RunningTarget.HOST);
        TestHost queue = admin.ioQueue(address, 1, 32, export.nqn(), RunningTarget.HOST)) {
      ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
      long loop =
          shard.submit(() -> Thread.currentThread().threadId()).syncUninterruptibly().getNow();
      run(queue, WARM_UP_ROUNDS);
      long before = threads.getThreadAllocatedBytes(loop);
      run(queue, ROUNDS);
      long allocated = threads.getThreadAllocatedBytes(loop) - before;
      assertThat(allocated / (double) (ROUNDS * COMMANDS_PER_ROUND))
          .as("bytes per I/O, of %d in all", allocated)
          .isLessThan(BYTES_PER_IO_MAX);
    } finally {
      target.close();
      loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
    }
  }

  private static void run(TestHost queue, int rounds) throws IOException {
    byte[] small = new byte[BLOCK];
    byte[] large = new byte[8 * BLOCK];
    for (int i = 0; i < rounds; i++) {
      ByteBuffer first = TestHost.transportSgl(queue.io(IoOpcode.READ, i % 100, 1), BLOCK);
      ByteBuffer second = TestHost.transportSgl(queue.io(IoOpcode.READ, i % 50, 8), 8 * BLOCK);
      queue.sendCommand(first, null);
      queue.sendCommand(second, null);
      check(queue.awaitReply(first.getShort(2) & 0xFFFF));
      check(queue.awaitReply(second.getShort(2) & 0xFFFF));
      check(queue.writeInCapsule(i % 100, 1, small));
      check(queue.write(i % 50, 8, large));
      check(queue.command(queue.entry(IoOpcode.FLUSH).putInt(4, 1), null));
    }
  }

  private static void check(TestHost.Reply reply) {
    if (reply.code() != 0) {
      throw new AssertionError("a command failed: " + Integer.toHexString(reply.code()));
    }
  }

  /// A volume that costs nothing, so that what is seen is the target's own.
  private static final class Instant implements BlockVolume {
    private final VolumeId id = new VolumeId(new UUID(0x4153484c41520000L, 9));
    private final VolumeGeometry geometry = new VolumeGeometry(64 << 20, BLOCK);
    private final ReservationTable reservations = new ReservationTable();

    @Override
    public VolumeId id() {
      return id;
    }

    @Override
    public VolumeGeometry geometry() {
      return geometry;
    }

    @Override
    public ReservationTable reservations() {
      return reservations;
    }

    @Override
    public void submit(BlockRequest request) {
      request.complete(BlockStatus.OK);
    }

    @Override
    public boolean abort(BlockRequest request) {
      return false;
    }
  }
}
