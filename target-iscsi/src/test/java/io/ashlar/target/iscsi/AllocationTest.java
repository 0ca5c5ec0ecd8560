package io.ashlar.target.iscsi;

import static io.ashlar.target.iscsi.RunningTarget.BLOCK;
import static io.ashlar.target.iscsi.RunningTarget.read;
import static io.ashlar.target.iscsi.RunningTarget.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.ThreadMXBean;
import io.ashlar.core.reservation.ReservationTable;
import io.ashlar.core.volume.BlockRequest;
import io.ashlar.core.volume.BlockStatus;
import io.ashlar.core.volume.BlockVolume;
import io.ashlar.core.volume.VolumeGeometry;
import io.ashlar.core.volume.VolumeId;
import io.ashlar.target.iscsi.ScriptedInitiator.Pdu;
import io.netty.channel.epoll.Epoll;
import io.netty.util.ResourceLeakDetector;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.UUID;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What the loop thread allocates per I/O once it is warm: nothing, with the daemon's options for
/// Netty. Netty's NIO transport makes two views of a buffer for each read of a socket; the daemon
/// uses it only where epoll does not load.
class AllocationTest {
  private static final int WARM_UP_ROUNDS = 8_000;
  private static final int ROUNDS = 8_000;
  private static final int LARGE_BLOCKS = 8;
  private static final byte[] SMALL = new byte[BLOCK];
  private static final byte[] LARGE = new byte[LARGE_BLOCKS * BLOCK];
  private static final byte[] SYNCHRONIZE_CACHE = {0x35, 0, 0, 0, 0, 0, 0, 0, 0, 0};

  /// A read copied beside its header, one sent from where it lies, an immediate write, a write by
  /// R2T, a flush.
  private static final int COMMANDS_PER_ROUND = 5;

  /// The JVM's own doings on the thread (a recompiled method, a profiler's sample) may cost some.
  private static final double BYTES_PER_IO_MAX = 1;

  @ParameterizedTest(name = "digests: {0}")
  @ValueSource(strings = {"CRC32C", "None"})
  void shouldAllocateNothingPerIo(String digests) throws Exception {
    assumeTrue(Epoll.isAvailable(), "skipped: Netty's epoll transport does not load here");
    // As the daemon runs: the detector's samples are objects.
    ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.DISABLED);
    String keys = "ImmediateData=Yes\0HeaderDigest=" + digests + "\0DataDigest=" + digests + "\0";
    try (RunningTarget running = new RunningTarget(new Instant(), RunningTarget.Transport.EPOLL);
        ScriptedInitiator initiator = running.loggedIn(1, keys)) {
      ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
      long loop = running.onShard(() -> Thread.currentThread().threadId());
      run(initiator, WARM_UP_ROUNDS);
      long before = threads.getThreadAllocatedBytes(loop);
      run(initiator, ROUNDS);
      long allocated = threads.getThreadAllocatedBytes(loop) - before;
      assertThat(allocated / (double) (ROUNDS * COMMANDS_PER_ROUND))
          .as("bytes per I/O, of %d in all", allocated)
          .isLessThan(BYTES_PER_IO_MAX);
    }
  }

  private static void run(ScriptedInitiator initiator, int rounds) throws IOException {
    for (int i = 0; i < rounds; i++) {
      initiator.command(1, 0xc0, BLOCK, read(i % 100, 1));
      initiator.command(2, 0xc0, LARGE.length, read(i % 50, LARGE_BLOCKS));
      check(initiator.receiveRead().length == BLOCK);
      check(initiator.receiveRead().length == LARGE.length);
      ByteBuffer immediate = initiator.commandHeader(3, 0xa0, BLOCK, write(i % 100, 1));
      initiator.send(immediate, SMALL);
      check(initiator.receive().status() == 0);
      initiator.command(4, 0xa0, LARGE.length, write(i % 50, LARGE_BLOCKS));
      Pdu asked = initiator.receive();
      initiator.dataOut(asked, 0, LARGE);
      check(initiator.receive().status() == 0);
      initiator.command(5, 0x80, 0, SYNCHRONIZE_CACHE);
      check(initiator.receive().status() == 0);
    }
  }

  private static void check(boolean good) {
    if (!good) {
      throw new AssertionError("a command failed");
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
