package io.ashlar.target.iscsi;

import static io.ashlar.target.iscsi.RunningTarget.read;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.UnixOperatingSystemMXBean;
import io.ashlar.target.iscsi.ScriptedInitiator.Pdu;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.util.internal.PlatformDependent;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Hosts that take much and give nothing, beside one that works.
@Timeout(180)
class IscsiLoadTest {
  private static final int MEBIBYTE = 1 << 20;
  private static final int BLOCKS = MEBIBYTE / RunningTarget.BLOCK;
  private static final int COMMANDS = 60;
  private static final int IDLE_CONNECTIONS = 10_000;
  private static final int FILES_MIN = IDLE_CONNECTIONS + 1_000;
  private static final long BYTES_PER_CONNECTION_MAX = 8 * 1024;
  private static final int TASK_SET_FULL = 0x28;

  private RunningTarget running;

  @BeforeEach
  void listen() throws InterruptedException {
    running = new RunningTarget();
  }

  @AfterEach
  void stop() {
    running.close();
  }

  /// Sixty reads of 1 MiB are asked for and not fetched. A session may hold 4 MiB of the shard's
  /// 16: the rest waits unread or is told that the task set is full, none is lost, and others read.
  @Test
  void shouldHoldNoMoreThanItsShareForAHostThatDoesNotRead() throws IOException {
    long before = PooledByteBufAllocator.DEFAULT.metric().usedDirectMemory();
    try (ScriptedInitiator slow = running.loggedIn(1);
        ScriptedInitiator other = running.loggedIn(2)) {
      for (int i = 1; i <= COMMANDS; i++) {
        slow.command(i, 0xc0, MEBIBYTE, read(0, BLOCKS));
      }
      for (int i = 1; i <= COMMANDS; i++) {
        other.command(i, 0xc0, MEBIBYTE, read(0, BLOCKS));
        assertThat(other.receiveRead()).as("another host's read").hasSize(MEBIBYTE);
      }
      assertThat(PooledByteBufAllocator.DEFAULT.metric().usedDirectMemory() - before)
          .as("bytes held for both hosts")
          .isLessThan(24L * MEBIBYTE);
      int full = 0;
      for (int ended = 0; ended < COMMANDS; ended++) {
        full += receiveEnd(slow) == TASK_SET_FULL ? 1 : 0;
      }
      assertThat(full).as("ended in TASK SET FULL").isBetween(1, COMMANDS - 1);
      slow.command(99, 0xc0, MEBIBYTE, read(0, BLOCKS));
      assertThat(slow.receiveRead()).as("goes on").hasSize(MEBIBYTE);
    }
  }

  /// Takes one read's data and tells its status.
  private static int receiveEnd(ScriptedInitiator initiator) throws IOException {
    int received = 0;
    while (true) {
      Pdu pdu = initiator.receive();
      received += pdu.data().length;
      if (pdu.opcode() == 0x21) {
        return pdu.status();
      }
      if ((pdu.flags() & 1) != 0) {
        assertThat(received).as("data of one read").isEqualTo(MEBIBYTE);
        return 0;
      }
    }
  }

  @Test
  void shouldKeepTenThousandIdleConnectionsInLittleMemoryAndCloseThoseBeyondTheLimit()
      throws IOException {
    assumeTrue(
        filesMax() >= FILES_MIN,
        "skipped: this process may open " + filesMax() + " files; " + FILES_MIN + " are needed");
    try (ScriptedInitiator initiator = running.loggedIn(1)) {
      long before = usedBytes();
      Process idle = startIdleInitiators(IDLE_CONNECTIONS);
      try {
        awaitReady(idle);
        running.awaitConnections(IDLE_CONNECTIONS + 1);
        for (int i = 0; i < 100; i++) {
          initiator.command(i, 0xc0, RunningTarget.BLOCK, read(i, 1));
          assertThat(initiator.receiveRead()).hasSize(RunningTarget.BLOCK);
        }
        assertThat((usedBytes() - before) / IDLE_CONNECTIONS)
            .as("bytes per idle connection")
            .isLessThan(BYTES_PER_CONNECTION_MAX);
        closesBeyondTheLimit();
      } finally {
        idle.destroyForcibly();
      }
      running.awaitConnections(1);
      initiator.command(100, 0xc0, RunningTarget.BLOCK, read(0, 1));
      assertThat(initiator.receiveRead()).hasSize(RunningTarget.BLOCK);
    }
  }

  private void closesBeyondTheLimit() throws IOException {
    List<ScriptedInitiator> more = new ArrayList<>();
    try {
      while (running.target.connections() < RunningTarget.CONNECTIONS_MAX) {
        more.add(new ScriptedInitiator(running.address));
        running.awaitConnections(IDLE_CONNECTIONS + 1 + more.size());
      }
      try (ScriptedInitiator tooMany = new ScriptedInitiator(running.address)) {
        assertThat(tooMany.isClosedByTarget()).as("one too many").isTrue();
      }
    } finally {
      for (ScriptedInitiator one : more) {
        one.close();
      }
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
    return bytes + Math.max(0, PlatformDependent.usedDirectMemory());
  }

  private Process startIdleInitiators(int count) throws IOException {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    return new ProcessBuilder(
            java,
            "-Xmx128m",
            "-cp",
            System.getProperty("java.class.path"),
            IdleInitiators.class.getName(),
            Integer.toString(running.address.getPort()),
            Integer.toString(count))
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }

  private static void awaitReady(Process idle) throws IOException {
    BufferedReader output =
        new BufferedReader(new InputStreamReader(idle.getInputStream(), StandardCharsets.US_ASCII));
    assertThat(output.readLine()).isEqualTo("ready");
  }
}
