package io.ashlar.target.iscsi;

import static io.ashlar.target.iscsi.RunningTarget.BLOCK;
import static io.ashlar.target.iscsi.RunningTarget.read;
import static io.ashlar.target.iscsi.RunningTarget.write;
import static org.assertj.core.api.Assertions.assertThat;

import io.ashlar.core.volume.VolumeGeometry;
import io.ashlar.core.volume.VolumeId;
import io.ashlar.simulation.CompletionMode;
import io.ashlar.simulation.HoldPoint;
import io.ashlar.simulation.MemoryBlockVolume;
import io.ashlar.target.iscsi.ScriptedInitiator.Pdu;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Command numbers, and tasks that are withdrawn at bad moments, on a volume that carries out
/// nothing until it is told to.
@Timeout(60)
@SuppressWarnings("ByteBufferBackingArray")
class IscsiWindowTest {
  private static final int DEPTH = RunningTarget.PATIENT.queueDepth();
  private static final int REJECT = 0x3f;
  private static final int MANAGED = 0x22;
  private static final int ABORT_TASK = 1;
  private static final int ABORT_TASK_SET = 2;
  private static final int RESET = 5;
  private static final int REJECTED = 255;

  private final MemoryBlockVolume volume =
      new MemoryBlockVolume(
          new VolumeId(new UUID(0x4153484c41520000L, 1)),
          new VolumeGeometry(8 << 20, BLOCK),
          CompletionMode.WHEN_RUN);
  private RunningTarget running;

  @BeforeEach
  void listen() throws InterruptedException {
    running = new RunningTarget(volume);
  }

  @AfterEach
  void stop() {
    running.close();
  }

  private void awaitPending(int count) {
    while (running.onShard(volume::pending) != count) {
      Thread.onSpinWait();
    }
  }

  /// RFC 7143 §4.2.2.1: a command outside the window is ignored silently.
  @Test
  void shouldIgnoreCommandsOutsideTheWindow() throws IOException {
    try (ScriptedInitiator initiator = running.loggedIn(1)) {
      int first = initiator.nextCmdSn();
      for (int i = 0; i < DEPTH + 10; i++) {
        initiator.command(i, 0xc0, BLOCK, read(0, 1));
      }
      awaitPending(DEPTH);
      initiator.nextCmdSn(first - 1);
      initiator.command(500, 0xc0, BLOCK, read(0, 1));
      running.onShard(volume::runPending);
      for (int i = 0; i < DEPTH; i++) {
        Pdu read = initiator.receive();
        assertThat(read.header().getInt(16)).isEqualTo(i);
        assertThat(read.header().getInt(32)).as("MaxCmdSN").isEqualTo(first + DEPTH + i);
      }
      initiator.nextCmdSn(first + DEPTH);
      initiator.command(600, 0xc0, BLOCK, read(0, 1));
      awaitPending(1);
      running.onShard(volume::runPending);
      assertThat(initiator.receive().header().getInt(16)).isEqualTo(600);
    }
  }

  /// With one connection the missing numbers cannot come any more.
  @Test
  void shouldCloseWhenANumberWithinTheWindowIsSkipped() throws IOException {
    try (ScriptedInitiator initiator = running.loggedIn(1)) {
      initiator.nextCmdSn(initiator.nextCmdSn() + 5);
      initiator.command(1, 0xc0, BLOCK, read(0, 1));
      assertThat(initiator.receive().opcode()).isEqualTo(REJECT);
      assertThat(initiator.isClosedByTarget()).isTrue();
    }
  }

  @Test
  void shouldRejectMoreImmediateCommandsThanItHolds() throws IOException {
    try (ScriptedInitiator initiator = running.loggedIn(1)) {
      for (int i = 0; i < 9; i++) {
        ByteBuffer command = ScriptedInitiator.header(0x41, 0xc0).putInt(16, i).putInt(20, BLOCK);
        initiator.send(command.putInt(24, initiator.nextCmdSn()).put(32, read(0, 1)), new byte[0]);
      }
      Pdu reject = initiator.receive();
      assertThat(reject.opcode()).isEqualTo(REJECT);
      assertThat(reject.header().get(2)).isEqualTo((byte) 6);
      awaitPending(8);
    }
  }

  /// A reset by another session withdraws a write in the middle of its data: its memory may be
  /// another's at once, so no further byte of it may be written there.
  @Test
  void shouldNotWriteIntoMemoryOfAWriteThatAnotherSessionWithdrew() throws IOException {
    try (ScriptedInitiator writer = running.loggedIn(1);
        ScriptedInitiator other = running.loggedIn(2)) {
      writer.command(1, 0xa0, BLOCK, write(0, 1));
      Pdu asked = writer.receive();
      ByteBuffer data =
          ScriptedInitiator.header(0x05, 0x80)
              .putInt(4, BLOCK)
              .putInt(16, 1)
              .putInt(20, asked.header().getInt(20));
      writer.sendBytes(data.array());
      writer.sendBytes(filled(0x11, 1000));
      other.pingTwice();
      other.manageTask(50, RESET, -1);
      assertThat(other.receive().opcode()).isEqualTo(MANAGED);
      other.command(1, 0x80, 0, new byte[6]);
      assertThat(other.receive().opcode()).as("unit attention").isEqualTo(0x21);
      other.command(2, 0xa0, BLOCK, write(0, 1));
      other.dataOut(other.receive(), 0, filled(0x22, BLOCK));
      awaitPending(1);
      writer.sendBytes(filled(0x11, BLOCK - 1000));
      other.pingTwice();
      running.onShard(volume::runPending);
      assertThat(other.receive().status()).isZero();
      other.command(3, 0xc0, BLOCK, read(0, 1));
      awaitPending(1);
      running.onShard(volume::runPending);
      assertThat(other.receiveRead()).isEqualTo(filled(0x22, BLOCK));
    }
  }

  private static byte[] filled(int value, int bytes) {
    byte[] data = new byte[bytes];
    java.util.Arrays.fill(data, (byte) value);
    return data;
  }

  /// Each would wait for the same task, and hold memory until it is over.
  @Test
  void shouldRejectMoreTaskManagementThanItHolds() throws IOException {
    try (ScriptedInitiator initiator = running.loggedIn(1)) {
      initiator.command(1, 0xc0, BLOCK, read(0, 1));
      awaitPending(1);
      running.onShard(() -> {
        volume.holdNext(HoldPoint.AFTER_EFFECT);
        return volume.runPending();
      });
      for (int i = 0; i < 9; i++) {
        initiator.manageTask(100 + i, ABORT_TASK_SET, -1);
      }
      Pdu rejected = initiator.receive();
      assertThat(rejected.header().getInt(16)).isEqualTo(108);
      assertThat(rejected.header().get(2) & 0xFF).isEqualTo(REJECTED);
    }
  }

  /// The aborted write's data are on their way; its tag and its slot are free at once.
  @Test
  void shouldFreeAnAbortedWriteBeforeItsDataCome() throws IOException {
    try (ScriptedInitiator initiator = running.loggedIn(1)) {
      for (int i = 0; i < 2 * DEPTH; i++) {
        initiator.command(7, 0xa0, BLOCK, write(0, 1));
        Pdu asked = initiator.receive();
        initiator.manageTask(50, ABORT_TASK, 7);
        assertThat(initiator.receive().header().getInt(0)).isEqualTo(0x22800000);
        if (i % 2 == 0) {
          initiator.dataOut(asked, 0, filled(0x33, BLOCK));
        }
      }
      initiator.command(8, 0xc0, BLOCK, read(0, 1));
      awaitPending(1);
      running.onShard(volume::runPending);
      assertThat(initiator.receiveRead()).isEqualTo(new byte[BLOCK]);
    }
  }

  /// Two sessions register at once: the second waits until the first is durable, and can be
  /// withdrawn as if it had never been sent.
  @Test
  void shouldForgetAReservationChangeThatIsAbortedWhileItWaits() throws IOException {
    try (ScriptedInitiator first = running.loggedIn(1);
        ScriptedInitiator second = running.loggedIn(2)) {
      register(first, 1, 0xa);
      awaitPending(1);
      register(second, 1, 0xb);
      second.pingTwice();
      assertThat(running.onShard(volume::pending)).as("one after the other").isEqualTo(1);
      second.manageTask(50, ABORT_TASK, 1);
      assertThat(second.receive().header().getInt(0)).isEqualTo(0x22800000);
      running.onShard(volume::runPending);
      assertThat(first.receive().status()).isZero();
      assertThat(running.onShard(() -> volume.reservations().registrants().size())).isEqualTo(1);
      register(second, 2, 0xb);
      awaitPending(1);
      running.onShard(volume::runPending);
      assertThat(second.receive().status()).isZero();
      assertThat(running.onShard(() -> volume.reservations().registrants().size())).isEqualTo(2);
    }
  }

  private static void register(ScriptedInitiator initiator, int tag, long key) throws IOException {
    byte[] keys = ByteBuffer.allocate(24).putLong(8, key).array();
    byte[] cdb = {0x5f, 0, 0, 0, 0, 0, 0, 0, 24, 0};
    initiator.send(initiator.commandHeader(tag, 0xa0, keys.length, cdb), keys);
  }

  /// The initiator is told nothing, and what was not saved does not hold.
  @Test
  void shouldUndoAReservationChangeThatIsAbortedWhileItIsSaved() throws IOException {
    try (ScriptedInitiator initiator = running.loggedIn(1)) {
      register(initiator, 1, 0xa);
      awaitPending(1);
      initiator.manageTask(50, ABORT_TASK, 1);
      assertThat(initiator.receive().header().getInt(0)).isEqualTo(0x22800000);
      assertThat(running.onShard(() -> volume.reservations().registrants().size())).isZero();
      register(initiator, 2, 0xb);
      awaitPending(1);
      running.onShard(volume::runPending);
      assertThat(initiator.receive().status()).isZero();
    }
  }
}
