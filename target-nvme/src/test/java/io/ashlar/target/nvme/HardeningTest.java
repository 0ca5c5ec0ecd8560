package io.ashlar.target.nvme;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.UnixOperatingSystemMXBean;
import io.ashlar.core.volume.VolumeGeometry;
import io.ashlar.core.volume.VolumeId;
import io.ashlar.simulation.CompletionMode;
import io.ashlar.simulation.MemoryBlockVolume;
import io.ashlar.target.nvme.spec.IoOpcode;
import io.ashlar.target.nvme.subsystem.ConnectionLimits;
import io.ashlar.target.nvme.subsystem.DigestPolicy;
import io.ashlar.target.nvme.subsystem.KeepAliveLimits;
import io.ashlar.target.nvme.subsystem.QueueLimits;
import io.ashlar.target.nvme.subsystem.TargetLimits;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Many hosts, wrong hosts, hosts that leave: what stays bounded, and who is unharmed.
@Timeout(180)
@SuppressWarnings("ByteBufferBackingArray")
class HardeningTest {
  private static final int IDLE_CONNECTIONS = 10_000;
  private static final int FILES_MIN = IDLE_CONNECTIONS + 500;

  /// A quarter of the hosts have an admin queue of 32 entries, which is most of what this is for.
  private static final long BYTES_PER_CONNECTION_MAX = 16 * 1024;

  private static final int[] LIMITS = {0x00, 0x01, 0x7F, 0x80, 0xFF};
  private static final int BLOCK = 4096;
  private static final VolumeGeometry GEOMETRY = new VolumeGeometry(64 << 20, BLOCK);

  /// Patient with hosts that do not connect.
  private static final TargetOptions PATIENT =
      new TargetOptions(
          new TargetLimits(
              QueueLimits.DEFAULT,
              new ConnectionLimits(20_000, 16_384, 16, 600_000, 20),
              KeepAliveLimits.DEFAULT,
              DigestPolicy.ALLOWED),
          List.of());

  @Test
  void shouldKeepTenThousandIdleConnectionsInLittleMemory() throws IOException {
    assumeTrue(
        filesMax() >= FILES_MIN,
        "skipped: this process may open " + filesMax() + " files; " + FILES_MIN + " are needed");
    try (RunningTarget running = new RunningTarget(GEOMETRY, PATIENT);
        TestHost admin = running.admin();
        TestHost queue = running.queue(admin, 1)) {
      assertThat(queue.writeInCapsule(0, 1, new byte[BLOCK]).code()).isZero();
      long before = usedBytes();
      Process idle = startIdleHosts(running.address.getPort());
      try {
        awaitReady(idle);
        while (running.target.connectionCount() < IDLE_CONNECTIONS + 2) {
          Thread.onSpinWait();
        }
        for (int i = 0; i < 100; i++) {
          assertThat(queue.read(i, 1, BLOCK).code()).isZero();
        }
        long perConnection = (usedBytes() - before) / IDLE_CONNECTIONS;
        assertThat(perConnection)
            .as("bytes per idle connection")
            .isLessThan(BYTES_PER_CONNECTION_MAX);
      } finally {
        idle.destroyForcibly();
      }
      while (running.target.connectionCount() > 2) {
        Thread.onSpinWait();
      }
      assertThat(queue.read(0, 1, BLOCK).code()).isZero();
    }
  }

  private static long filesMax() {
    return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix
        ? unix.getMaxFileDescriptorCount()
        : 0;
  }

  /// Heap and direct memory in use.
  private static long usedBytes() {
    System.gc();
    long bytes = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    for (BufferPoolMXBean pool : ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class)) {
      bytes += pool.getMemoryUsed();
    }
    return bytes;
  }

  private static Process startIdleHosts(int port) throws IOException {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    return new ProcessBuilder(
            java,
            "-Xmx128m",
            "-cp",
            System.getProperty("java.class.path"),
            IdleHosts.class.getName(),
            Integer.toString(port),
            Integer.toString(IDLE_CONNECTIONS))
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }

  private static void awaitReady(Process idle) throws IOException {
    BufferedReader output =
        new BufferedReader(new InputStreamReader(idle.getInputStream(), StandardCharsets.US_ASCII));
    assertThat(output.readLine()).isEqualTo("ready");
  }

  @Test
  void shouldEndEveryConnectionWhoseHeaderHasAFieldAtItsLimit() throws IOException {
    try (RunningTarget running = new RunningTarget(GEOMETRY, PATIENT);
        TestHost admin = running.admin()) {
      int round = 0;
      for (int offset = 0; offset < 72; offset++) {
        for (int value : LIMITS) {
          int queueId = round++ % 16 + 1;
          try (TestHost queue = running.queue(admin, queueId)) {
            ByteBuffer write = TestHost.capsuleSgl(queue.io(IoOpcode.WRITE, 0, 1), BLOCK);
            byte[] pdu = queue.commandPdu(write, new byte[BLOCK]);
            pdu[offset] = (byte) value;
            sendAndLeave(queue, pdu);
          }
        }
      }
      for (int offset = 0; offset < 24; offset++) {
        for (int value : LIMITS) {
          int queueId = round++ % 16 + 1;
          try (TestHost queue = running.queue(admin, queueId)) {
            queue.sendCommand(TestHost.transportSgl(queue.io(IoOpcode.WRITE, 0, 2), 8192), null);
            ByteBuffer ask = queue.readPdu().header();
            byte[] pdu = queue.dataPdu(ask.getShort(8), ask.getShort(10), 0, new byte[8192], 4);
            pdu[offset] = (byte) value;
            sendAndLeave(queue, pdu);
          }
        }
      }
      assertThat(admin.command(admin.entry(0x18), null).code()).as("others live").isZero();
      while (running.target.connectionCount() > 1) {
        Thread.onSpinWait();
      }
    }
  }

  /// Whatever the target makes of it, the connection ends, and nothing is left of it.
  private static void sendAndLeave(TestHost host, byte[] pdu) throws IOException {
    host.send(pdu);
    host.socket().shutdownOutput();
    host.drain();
  }

  @Test
  void shouldForgetWhatAHostLeftQueued() throws IOException {
    VolumeId id = new VolumeId(new UUID(0x4153484c41520000L, 8));
    MemoryBlockVolume volume = new MemoryBlockVolume(id, GEOMETRY, CompletionMode.WHEN_RUN);
    try (RunningTarget running = new RunningTarget(volume, PATIENT);
        TestHost admin = running.admin()) {
      TestHost queue = running.queue(admin, 1);
      byte[] data = ReadWriteTest.random(BLOCK, 1);
      for (int i = 0; i < 20; i++) {
        queue.sendCommand(TestHost.capsuleSgl(queue.io(IoOpcode.WRITE, i, 1), BLOCK), data);
      }
      while (running.onShard(volume::pending) < 20) {
        Thread.onSpinWait();
      }
      queue.close();
      while (running.onShard(volume::pending) > 0) {
        Thread.onSpinWait();
      }
      running.onShard(volume::runPending);
      assertThat(running.onShard(volume::mappedBlocks)).isZero();
    }
  }

  @Test
  void shouldGiveBackWhatHalfAPduHeld() throws IOException {
    QueueLimits queues = new QueueLimits(16, 128, 4096, 1 << 20, 4, 8 << 20);
    TargetLimits limits =
        new TargetLimits(
            queues, ConnectionLimits.DEFAULT, KeepAliveLimits.DEFAULT, DigestPolicy.ALLOWED);
    try (RunningTarget running = new RunningTarget(GEOMETRY, new TargetOptions(limits, List.of()));
        TestHost admin = running.admin()) {
      for (int round = 0; round < 50; round++) {
        try (TestHost queue = running.queue(admin, round % 15 + 1)) {
          queue.sendCommand(TestHost.transportSgl(queue.io(IoOpcode.WRITE, 0, 256), 1 << 20), null);
          ByteBuffer ask = queue.readPdu().header();
          byte[] pdu = queue.dataPdu(ask.getShort(8), ask.getShort(10), 0, new byte[1 << 20], 4);
          queue.send(java.util.Arrays.copyOf(pdu, 100_000));
        }
      }
      try (TestHost queue = running.queue(admin, 16)) {
        assertThat(queue.write(0, 256, new byte[1 << 20]).code()).isZero();
      }
    }
  }
}
