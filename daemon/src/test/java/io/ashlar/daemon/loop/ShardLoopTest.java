package io.ashlar.daemon.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ashlar.core.base.CheckFailedException;
import io.ashlar.core.base.ShardAgent;
import io.ashlar.core.device.DeviceOperation;
import io.ashlar.core.device.DeviceRequest;
import io.ashlar.nvme.BlockDevices;
import io.ashlar.nvme.local.DeviceOptions;
import io.ashlar.nvme.local.LocalBlockDevice;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ShardLoopTest {
  private static final long SECOND_NS = 1_000_000_000L;
  private static final int PATIENCE_SECONDS = 30;

  private final CompletableFuture<Throwable> failure = new CompletableFuture<>();
  private final ShardLoop loop =
      new ShardLoop("test-shard", SystemClock.INSTANCE, 50_000, failure::complete);

  @AfterEach
  void stop() {
    loop.close();
  }

  /// Counts its turns; the thread under test writes, the test reads.
  private static class CountingAgent implements ShardAgent {
    final AtomicLong turns = new AtomicLong();
    volatile long deadlineNs = Long.MAX_VALUE;

    @Override
    public int doWork(long nowNs) {
      turns.incrementAndGet();
      return 0;
    }

    @Override
    public long deadlineNs() {
      return deadlineNs;
    }
  }

  private void add(ShardAgent agent) {
    Object nothing =
        loop.call(() -> {
          loop.add(agent);
          return "added";
        });
    assertThat(nothing).isEqualTo("added");
  }

  @Test
  void shouldRunAgentsAndCallsOnOneThread() {
    AtomicReference<Thread> turn = new AtomicReference<>();
    add(
        new CountingAgent() {
          @Override
          public int doWork(long nowNs) {
            turn.set(Thread.currentThread());
            return 0;
          }
        });
    assertThat(loop.call(Thread::currentThread)).isSameAs(turn.get());
  }

  /// With nothing to do the loop must sleep: hundreds of turns would be a spin, millions a bug.
  @Test
  void shouldSleepWhenThereIsNothingToDo() throws Exception {
    CountingAgent agent = new CountingAgent();
    add(agent);
    long threadId = loop.call(() -> Thread.currentThread().threadId());
    Thread.sleep(100);
    long turnsBefore = agent.turns.get();
    var threads = ManagementFactory.getThreadMXBean();
    long cpuBeforeNs = threads.getThreadCpuTime(threadId);
    Thread.sleep(1000);
    assertThat(agent.turns.get() - turnsBefore).as("turns in an idle second").isLessThan(100);
    assertThat(threads.getThreadCpuTime(threadId) - cpuBeforeNs)
        .as("processor time in an idle second, ns")
        .isLessThan(SECOND_NS / 100);
  }

  @Test
  void shouldWakeForAnAgentsDeadline() throws Exception {
    CountDownLatch reached = new CountDownLatch(1);
    CountingAgent agent =
        new CountingAgent() {
          @Override
          public int doWork(long nowNs) {
            if (nowNs < deadlineNs) {
              return 0;
            }
            deadlineNs = Long.MAX_VALUE;
            reached.countDown();
            return 1;
          }
        };
    agent.deadlineNs = System.nanoTime() + SECOND_NS / 4;
    add(agent);
    assertThat(reached.await(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void shouldSpinAfterWorkBeforeItSleeps() throws Exception {
    CompletableFuture<Long> turnsWithin = new CompletableFuture<>();
    CountingAgent agent =
        new CountingAgent() {
          private long workNs;

          @Override
          public int doWork(long nowNs) {
            if (turns.incrementAndGet() == 1) {
              workNs = nowNs;
              return 1;
            }
            turnsWithin.complete(nowNs - workNs);
            return 0;
          }
        };
    try (ShardLoop patient =
        new ShardLoop("spinning", SystemClock.INSTANCE, 20 * SECOND_NS, failure::complete)) {
      assertThat(
              patient.call(() -> {
                patient.add(agent);
                return true;
              }))
          .isTrue();
      assertThat(turnsWithin.get(PATIENCE_SECONDS, TimeUnit.SECONDS)).isNotNegative();
      long turns = agent.turns.get();
      Thread.sleep(50);
      assertThat(agent.turns.get() - turns).as("turns while spinning").isGreaterThan(1000);
    }
  }

  @Test
  void shouldStopAllAgentsWhenAQuestionFindsTheStoreBroken() {
    CountingAgent healthy = new CountingAgent();
    add(healthy);
    CheckFailedException planted = new CheckFailedException("planted");
    assertThatThrownBy(() ->
            loop.call(() -> {
              throw planted;
            }))
        .isSameAs(planted);
    assertThat(failure).isCompletedWithValue(planted);
    long turns = healthy.turns.get();
    assertThat(loop.<Boolean>call(() -> true)).isTrue();
    assertThat(healthy.turns.get()).isEqualTo(turns);
  }

  @Test
  void shouldStopAllAgentsWhenOneThrows() throws Exception {
    CountingAgent healthy = new CountingAgent();
    add(healthy);
    add(
        new CountingAgent() {
          @Override
          public int doWork(long nowNs) {
            throw new IllegalStateException("planted");
          }
        });
    assertThat(failure.get(PATIENCE_SECONDS, TimeUnit.SECONDS)).hasMessage("planted");
    long turns = healthy.turns.get();
    assertThat(loop.call(() -> true)).isTrue();
    assertThat(healthy.turns.get()).isEqualTo(turns);
  }

  @Test
  void shouldHandTheFailureOfACallToItsCaller() {
    assertThatThrownBy(() ->
            loop.call(() -> {
              throw new IllegalStateException("planted");
            }))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("planted");
    assertThat(failure).isNotDone();
  }

  @Test
  void shouldServeSockets() throws Exception {
    var server =
        new io.netty.bootstrap.ServerBootstrap()
            .group(loop.eventLoop())
            .channel(loop.serverChannelType())
            .childHandler(new EchoHandler())
            .bind(InetAddress.getLoopbackAddress(), 0)
            .sync()
            .channel();
    int port = ((java.net.InetSocketAddress) server.localAddress()).getPort();
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      OutputStream out = socket.getOutputStream();
      for (int i = 0; i < 100; i++) {
        out.write(i);
        assertThat(socket.getInputStream().read()).isEqualTo(i);
      }
    }
  }

  /// A disk's completion must end the sleep of a loop that nothing else would wake.
  @ParameterizedTest
  @EnumSource(
      value = DeviceOptions.Engine.class,
      names = {"BEST", "FILE"})
  void shouldBeWokenByADisk(DeviceOptions.Engine engine, @TempDir Path directory) throws Exception {
    DeviceOptions options =
        DeviceOptions.DEFAULT
            .withEngine(engine)
            .creating(1 << 20, DeviceOptions.Preallocation.SPARSE);
    LocalBlockDevice device = BlockDevices.open(directory.resolve("disk"), options).device();
    CompletableFuture<Boolean> ended = new CompletableFuture<>();
    DeviceRequest flush = new DeviceRequest(request -> ended.complete(true));
    flush.operation = DeviceOperation.FLUSH;
    ShardAgent polling = pollingAgent(device);
    add(polling);
    boolean taken =
        loop.call(() -> {
          loop.watch(device);
          return device.submit(flush);
        });
    assertThat(taken).isTrue();
    assertThat(ended.get(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
    String closed =
        loop.call(() -> {
          loop.remove(polling);
          loop.unwatch(device);
          device.close();
          return "closed";
        });
    assertThat(closed).isEqualTo("closed");
  }

  private static ShardAgent pollingAgent(LocalBlockDevice device) {
    return new ShardAgent() {
      @Override
      public int doWork(long nowNs) {
        return device.poll();
      }

      @Override
      public long deadlineNs() {
        return Long.MAX_VALUE;
      }
    };
  }
}
