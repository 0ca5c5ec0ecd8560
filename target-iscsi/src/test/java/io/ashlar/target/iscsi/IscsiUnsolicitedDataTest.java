package io.ashlar.target.iscsi;

import static io.ashlar.target.iscsi.RunningTarget.BLOCK;
import static io.ashlar.target.iscsi.RunningTarget.read;
import static io.ashlar.target.iscsi.RunningTarget.write;
import static org.assertj.core.api.Assertions.assertThat;

import io.ashlar.target.iscsi.ScriptedInitiator.Pdu;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Data that come without being asked for: with the command, and behind it (RFC 7143 §4.2.5.2,
/// §11.3.4, §11.7).
@Timeout(60)
class IscsiUnsolicitedDataTest {
  private static final int REJECT = 0x3f;
  private static final int R2T = 0x31;
  private static final int WRITE = 0x20;
  private static final int READ = 0x40;
  private static final int FINAL = 0x80;
  private static final String UNASKED =
      "InitialR2T=No\0ImmediateData=Yes\0FirstBurstLength=16384\0MaxBurstLength=32768\0";

  private final byte[] data = new byte[16 * BLOCK];
  private RunningTarget running;

  @BeforeEach
  void listen() throws InterruptedException {
    running = new RunningTarget();
    new SplittableRandom(1).nextBytes(data);
  }

  @AfterEach
  void stop() {
    running.close();
  }

  private byte[] slice(int from, int bytes) {
    return Arrays.copyOfRange(data, from, from + bytes);
  }

  private static ByteBuffer dataOut(int flags, int transferTag, int dataSn, int offset) {
    return ScriptedInitiator.header(0x05, flags)
        .putInt(16, 1)
        .putInt(20, transferTag)
        .putInt(36, dataSn)
        .putInt(40, offset);
  }

  private static void expectClosed(ScriptedInitiator initiator) throws IOException {
    assertThat(initiator.receive().opcode()).isEqualTo(REJECT);
    assertThat(initiator.isClosedByTarget()).isTrue();
  }

  /// Immediate data, the rest of the first burst in two PDUs, and two R2Ts for what remains.
  @Test
  void shouldTakeTheFirstBurstUnaskedAndAskForTheRest() throws IOException {
    try (ScriptedInitiator initiator = running.loggedIn(1, UNASKED)) {
      ByteBuffer command = initiator.commandHeader(1, WRITE, data.length, write(0, 16));
      initiator.send(command, slice(0, BLOCK));
      initiator.send(dataOut(0, -1, 0, BLOCK), slice(BLOCK, BLOCK));
      initiator.send(dataOut(FINAL, -1, 1, 2 * BLOCK), slice(2 * BLOCK, 2 * BLOCK));
      for (int at = 4 * BLOCK; at < data.length; ) {
        Pdu asked = initiator.receive();
        assertThat(asked.opcode()).isEqualTo(R2T);
        assertThat(asked.header().getInt(40)).as("buffer offset").isEqualTo(at);
        int bytes = asked.header().getInt(44);
        assertThat(bytes).as("MaxBurstLength").isEqualTo(Math.min(32768, data.length - at));
        initiator.dataOut(asked, 0, slice(at, bytes));
        at += bytes;
      }
      assertThat(initiator.receive().status()).isZero();
      initiator.command(2, FINAL | READ, data.length, read(0, 16));
      assertThat(initiator.receiveRead()).isEqualTo(data);
    }
  }

  /// The F bit may come before the first burst is full: the rest is asked for.
  @Test
  void shouldAskForWhatTheInitiatorKeptBack() throws IOException {
    try (ScriptedInitiator initiator = running.loggedIn(1, UNASKED)) {
      ByteBuffer command = initiator.commandHeader(1, WRITE, 4 * BLOCK, write(0, 4));
      initiator.send(command, new byte[0]);
      initiator.send(dataOut(FINAL, -1, 0, 0), slice(0, BLOCK));
      Pdu asked = initiator.receive();
      assertThat(asked.header().getInt(40)).isEqualTo(BLOCK);
      assertThat(asked.header().getInt(44)).isEqualTo(3 * BLOCK);
      initiator.dataOut(asked, 0, slice(BLOCK, 3 * BLOCK));
      assertThat(initiator.receive().status()).isZero();
    }
  }

  /// Data with the tag of an R2T that never came are nobody's.
  @Test
  void shouldDropDataOfARequestItDidNotMakeBeforeTheFirstBurstIsOver() throws IOException {
    try (ScriptedInitiator initiator = running.loggedIn(1, UNASKED)) {
      ByteBuffer command = initiator.commandHeader(1, WRITE, BLOCK, write(0, 1));
      initiator.send(command, new byte[0]);
      initiator.send(dataOut(FINAL, 5, 0, 0), new byte[BLOCK]);
      initiator.send(dataOut(FINAL, -1, 0, 0), slice(0, BLOCK));
      assertThat(initiator.receive().status()).isZero();
      initiator.command(2, FINAL | READ, BLOCK, read(0, 1));
      assertThat(initiator.receiveRead()).isEqualTo(slice(0, BLOCK));
    }
  }

  @Test
  void shouldFailAWriteWhoseFirstBurstIsTooLong() throws IOException {
    try (ScriptedInitiator initiator = running.loggedIn(1, UNASKED)) {
      ByteBuffer command = initiator.commandHeader(1, WRITE, 8 * BLOCK, write(0, 8));
      initiator.send(command, slice(0, 3 * BLOCK));
      initiator.send(dataOut(FINAL, -1, 0, 3 * BLOCK), slice(3 * BLOCK, 2 * BLOCK));
      assertThat(initiator.receive().opcode()).isEqualTo(REJECT);
      assertThat(initiator.receive().sense()).isEqualTo("0b/0c/0d");
      assertThat(running.mappedBlocks()).as("written").isZero();
    }
  }

  /// More than the first burst, more than the command expects, or at the command of a read.
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2})
  void shouldCloseOnImmediateDataThatMayNotBe(int kind) throws IOException {
    try (ScriptedInitiator initiator = running.loggedIn(1, UNASKED)) {
      int direction = kind == 2 ? READ : WRITE;
      int expected = kind == 0 ? 8 * BLOCK : BLOCK;
      byte[] cdb = kind == 2 ? read(0, 1) : write(0, kind == 0 ? 8 : 1);
      ByteBuffer command = initiator.commandHeader(1, FINAL | direction, expected, cdb);
      initiator.send(command, slice(0, kind == 0 ? 5 * BLOCK : BLOCK + 4 * (kind & 1)));
      expectClosed(initiator);
    }
  }

  @Test
  void shouldCloseOnDataAnnouncedThoughItAsksForAll() throws IOException {
    String asked = "InitialR2T=Yes\0ImmediateData=No\0";
    try (ScriptedInitiator initiator = running.loggedIn(1, asked)) {
      ByteBuffer command = initiator.commandHeader(1, WRITE, BLOCK, write(0, 1));
      initiator.send(command, new byte[0]);
      expectClosed(initiator);
    }
    try (ScriptedInitiator initiator = running.loggedIn(2, asked)) {
      ByteBuffer command = initiator.commandHeader(1, FINAL | WRITE, BLOCK, write(0, 1));
      initiator.send(command, slice(0, BLOCK));
      expectClosed(initiator);
    }
    try (ScriptedInitiator initiator = running.loggedIn(3, UNASKED)) {
      initiator.command(1, READ, BLOCK, read(0, 1));
      expectClosed(initiator);
    }
  }
}
