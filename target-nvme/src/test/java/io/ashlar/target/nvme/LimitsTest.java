package io.ashlar.target.nvme;

import static org.assertj.core.api.Assertions.assertThat;

import io.ashlar.core.volume.VolumeGeometry;
import io.ashlar.simulation.HoldPoint;
import io.ashlar.target.nvme.spec.NvmeStatus;
import io.ashlar.target.nvme.subsystem.ConnectionLimits;
import io.ashlar.target.nvme.subsystem.DigestPolicy;
import io.ashlar.target.nvme.subsystem.HostAccess;
import io.ashlar.target.nvme.subsystem.KeepAliveLimits;
import io.ashlar.target.nvme.subsystem.QueueLimits;
import io.ashlar.target.nvme.subsystem.Subsystem;
import io.ashlar.target.nvme.subsystem.TargetLimits;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// What bounds hosts, and what the target does when they reach it.
class LimitsTest {
  private static final VolumeGeometry GEOMETRY = new VolumeGeometry(64 << 20, 4096);

  private static RunningTarget target(ConnectionLimits connections, QueueLimits queues) {
    KeepAliveLimits keepAlive = new KeepAliveLimits(100, 600_000, 100, 150);
    TargetLimits limits = new TargetLimits(queues, connections, keepAlive, DigestPolicy.REFUSED);
    return new RunningTarget(GEOMETRY, new TargetOptions(limits, List.of()));
  }

  @Test
  void shouldRefuseHostsThatAreNotNamed() throws IOException {
    try (RunningTarget running = RunningTarget.of4KiBlocks()) {
      running.publish(HostAccess.NONE);
      try (TestHost host = TestHost.initialized(running.address, 0)) {
        assertThat(host.connect(0, 32, 0xFFFF, running.nqn(), RunningTarget.HOST).code())
            .isEqualTo(NvmeStatus.CONNECT_INVALID_HOST);
      }
      running.publish(HostAccess.of(Set.of(RunningTarget.HOST)));
      try (TestHost admin = running.admin()) {
        assertThat(admin.controllerId).isPositive();
      }
    }
  }

  @Test
  void shouldCutAHostOffThatLosesItsAccess() throws IOException {
    try (RunningTarget running = RunningTarget.of4KiBlocks();
        TestHost admin = running.admin();
        TestHost queue = running.queue(admin, 1)) {
      running.publish(HostAccess.of(Set.of(RunningTarget.OTHER_HOST)));
      assertThat(queue.drain()).isNull();
      assertThat(admin.drain()).isNull();
      assertThat(running.target.hosts(running.volume.id())).isEmpty();
    }
  }

  /// No keep-alive watches over a controller that is not enabled, nor over a discovery controller
  /// whose host asked for none: it rests for a while, and ends.
  @Test
  void shouldForgetSilentHostsThatHaveNoKeepAlive() throws IOException {
    try (RunningTarget running = target(ConnectionLimits.DEFAULT, QueueLimits.DEFAULT);
        TestHost disabled = TestHost.initialized(running.address, 0);
        TestHost discovering =
            TestHost.admin(running.address, Subsystem.DISCOVERY_NQN, RunningTarget.HOST)) {
      ByteBuffer connect = disabled.connectEntry(0, 32).putInt(48, 100);
      byte[] names = TestHost.connectData(0xFFFF, running.nqn(), RunningTarget.HOST);
      assertThat(disabled.command(connect, names).code()).isZero();
      ByteBuffer none = discovering.entry(9).putInt(40, 0x0F).putInt(44, 0);
      assertThat(discovering.command(none, null).code()).isZero();
      assertThat(disabled.drain()).isNull();
      assertThat(discovering.drain()).isNull();
    }
  }

  /// A keep-alive that is shorter than the rest does not end a controller that was shut down.
  @Test
  void shouldLetAControllerRestAfterItsShutdown() throws IOException {
    KeepAliveLimits patient = new KeepAliveLimits(100, 600_000, 100, 600_000);
    TargetLimits limits =
        new TargetLimits(
            QueueLimits.DEFAULT, ConnectionLimits.DEFAULT, patient, DigestPolicy.ALLOWED);
    try (RunningTarget running = new RunningTarget(GEOMETRY, new TargetOptions(limits, List.of()));
        TestHost admin = running.admin();
        TestHost other = TestHost.admin(running.address, running.nqn(), RunningTarget.OTHER_HOST)) {
      ByteBuffer soon = admin.entry(9).putInt(40, 0x0F).putInt(44, 100);
      assertThat(admin.command(soon, null).code()).isZero();
      assertThat(admin.command(admin.propertySet(0x14, 0x460001 | 1 << 14), null).code()).isZero();
      ByteBuffer later = other.entry(9).putInt(40, 0x0F).putInt(44, 300);
      assertThat(other.command(later, null).code()).isZero();
      assertThat(other.drain()).as("the other is silent for three times as long").isNull();
      assertThat(admin.command(admin.propertyGet(0x1C, 0), null).code()).isZero();
    }
  }

  @Test
  void shouldTearDownASilentHostsAssociation() throws IOException {
    try (RunningTarget running = target(ConnectionLimits.DEFAULT, QueueLimits.DEFAULT);
        TestHost admin = running.admin();
        TestHost queue = running.queue(admin, 1)) {
      ByteBuffer set = admin.entry(9).putInt(40, 0x0F).putInt(44, 200);
      assertThat(admin.command(set, null).code()).isZero();
      assertThat(queue.drain()).isNull();
      assertThat(admin.drain()).isNull();
    }
  }

  @Test
  void shouldHangUpOnAHostThatDoesNotConnect() throws IOException {
    ConnectionLimits limits = new ConnectionLimits(100, 100, 16, 100, 100);
    try (RunningTarget running = target(limits, QueueLimits.DEFAULT);
        TestHost mute = new TestHost(running.address);
        TestHost initialized = TestHost.initialized(running.address, 0)) {
      assertThat(mute.drain()).isNull();
      assertThat(initialized.drain()).isNull();
    }
  }

  @Test
  void shouldBoundConnectionsOfAnAddress() throws IOException {
    ConnectionLimits limits = new ConnectionLimits(100, 2, 16, 10_000, 100);
    try (RunningTarget running = target(limits, QueueLimits.DEFAULT);
        TestHost first = TestHost.initialized(running.address, 0);
        TestHost second = TestHost.initialized(running.address, 0)) {
      try (TestHost third = new TestHost(running.address)) {
        assertThat(third.drain()).isNull();
      }
      first.socket().close();
      while (running.target.connectionCount() > 1) {
        Thread.onSpinWait();
      }
      try (TestHost third = TestHost.initialized(running.address, 0)) {
        assertThat(third.socket().isConnected()).isTrue();
      }
      assertThat(second.socket().isClosed()).isFalse();
    }
  }

  @Test
  void shouldBoundControllersOfAHost() throws IOException {
    ConnectionLimits limits = new ConnectionLimits(100, 100, 1, 10_000, 100);
    try (RunningTarget running = target(limits, QueueLimits.DEFAULT);
        TestHost _ = running.admin();
        TestHost second = TestHost.initialized(running.address, 0)) {
      assertThat(second.connect(0, 32, 0xFFFF, running.nqn(), RunningTarget.HOST).code())
          .isEqualTo(NvmeStatus.CONNECT_CONTROLLER_BUSY);
    }
  }

  @Test
  void shouldBoundQueuesAndTheirSize() throws IOException {
    QueueLimits queues = new QueueLimits(2, 16, 4096, 1 << 20, 4, 16 << 20);
    try (RunningTarget running = target(ConnectionLimits.DEFAULT, queues);
        TestHost admin = running.admin();
        TestHost first = admin.ioQueue(running.address, 1, 16, running.nqn(), RunningTarget.HOST)) {
      assertThat(connectCode(running, admin, 2, 17)).isEqualTo(0x182);
      assertThat(connectCode(running, admin, 3, 16)).isEqualTo(0x182);
      assertThat(connectCode(running, admin, 1, 16)).isEqualTo(NvmeStatus.COMMAND_SEQUENCE_ERROR);
      assertThat(connectCode(running, admin, 2, 16)).isZero();
      assertThat(first.read(0, 1, 4096).code()).isZero();
    }
  }

  private static int connectCode(RunningTarget running, TestHost admin, int queueId, int entries)
      throws IOException {
    try (TestHost host = TestHost.initialized(running.address, 0)) {
      return host.connect(queueId, entries, admin.controllerId, running.nqn(), RunningTarget.HOST)
          .code();
    }
  }

  @Test
  void shouldRefuseAQueueOfAnotherHostsController() throws IOException {
    try (RunningTarget running = RunningTarget.of4KiBlocks();
        TestHost admin = running.admin();
        TestHost host = TestHost.initialized(running.address, 0)) {
      TestHost.Reply reply =
          host.connect(1, 16, admin.controllerId, running.nqn(), RunningTarget.OTHER_HOST);
      assertThat(reply.code()).isEqualTo(0x182);
    }
  }

  @Test
  void shouldServeMoreThanItsMemoryHoldsAtOnce() throws IOException {
    QueueLimits queues = new QueueLimits(2, 128, 4096, 1 << 20, 4, 8 << 20);
    try (RunningTarget running = target(ConnectionLimits.DEFAULT, queues);
        TestHost admin = running.admin();
        TestHost queue =
            admin.ioQueue(running.address, 1, 128, running.nqn(), RunningTarget.HOST)) {
      byte[] data = ReadWriteTest.random(1 << 20, 1);
      assertThat(queue.write(0, 256, data).code()).isZero();
      List<Integer> commands = new ArrayList<>();
      for (int i = 0; i < 64; i++) {
        ByteBuffer read = TestHost.transportSgl(queue.io(2, 0, 256), 1 << 20);
        commands.add((int) read.getShort(2));
        queue.sendCommand(read, null);
      }
      for (int command : commands) {
        assertThat(queue.awaitReply(command).data()).isEqualTo(data);
      }
    }
  }

  @Test
  void shouldNotLetASlowReaderHarmOthers() throws IOException {
    QueueLimits queues = new QueueLimits(2, 128, 4096, 1 << 20, 4, 8 << 20);
    try (RunningTarget running = target(ConnectionLimits.DEFAULT, queues);
        TestHost slow = running.admin();
        TestHost slowQueue =
            slow.ioQueue(running.address, 1, 128, running.nqn(), RunningTarget.HOST);
        TestHost admin = running.admin();
        TestHost queue = running.queue(admin, 1)) {
      for (int i = 0; i < 100; i++) {
        slowQueue.sendCommand(TestHost.transportSgl(slowQueue.io(2, 0, 256), 1 << 20), null);
      }
      for (int i = 0; i < 100; i++) {
        assertThat(queue.writeInCapsule(i, 1, new byte[4096]).code()).isZero();
      }
      assertThat(slowQueue.readPdu().type()).isEqualTo(7);
    }
  }

  @Test
  void shouldDropWhatAClosedSocketSentAndWasNotSequenced() throws IOException {
    try (RunningTarget running = RunningTarget.of4KiBlocks();
        TestHost admin = running.admin()) {
      running.onShard(() -> {
        running.volume.holdNext(HoldPoint.BEFORE_EFFECT);
        return 0;
      });
      TestHost queue = running.queue(admin, 1);
      queue.sendCommand(TestHost.capsuleSgl(queue.io(1, 0, 1), 4096), new byte[4096]);
      while (running.onShard(running.volume::pending) == 0) {
        Thread.onSpinWait();
      }
      queue.close();
      while (running.onShard(running.volume::pending) > 0) {
        Thread.onSpinWait();
      }
      assertThat(running.onShard(running.volume::mappedBlocks)).isZero();
    }
  }

  @Test
  void shouldLeaveAQueueOnDisconnect() throws IOException {
    try (RunningTarget running = RunningTarget.of4KiBlocks();
        TestHost admin = running.admin();
        TestHost queue = running.queue(admin, 1)) {
      assertThat(queue.command(queue.fabrics(8), null).code()).isZero();
      assertThat(queue.drain()).isNull();
      assertThat(admin.command(admin.entry(0x18), null).code()).isZero();
    }
  }
}
