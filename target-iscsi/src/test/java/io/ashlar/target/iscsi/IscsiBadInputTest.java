package io.ashlar.target.iscsi;

import static io.ashlar.target.iscsi.RunningTarget.BLOCK;
import static io.ashlar.target.iscsi.RunningTarget.read;
import static io.ashlar.target.iscsi.RunningTarget.write;
import static org.assertj.core.api.Assertions.assertThat;

import io.ashlar.target.iscsi.ScriptedInitiator.Pdu;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// PDUs that no honest initiator sends: an error or a close, nothing held afterwards, and whoever
/// else is connected sees nothing of it.
@Timeout(180)
@SuppressWarnings("ByteBufferBackingArray")
class IscsiBadInputTest {
  private static final int[] LIMITS = {0x00, 0x01, 0x7F, 0x80, 0xFF};
  private static final int HEADER = 48;
  private static final int REJECT = 0x3f;
  private static final int R2T = 0x31;
  private static final int RESPONSE = 0x21;
  private static final int MEBIBYTE = 1 << 20;

  private RunningTarget running;
  private ScriptedInitiator witness;
  private int others;

  @BeforeEach
  void listen() throws Exception {
    running = new RunningTarget();
    witness = running.loggedIn(0);
  }

  @AfterEach
  void seeThatOthersAreUnharmed() throws IOException {
    running.awaitConnections(1);
    witness.command(1, 0xc0, MEBIBYTE, read(0, MEBIBYTE / BLOCK));
    assertThat(witness.receiveRead()).hasSize(MEBIBYTE);
    witness.close();
    running.close();
  }

  /// An initiator of a name that none had before, so that it ends nobody's session.
  private ScriptedInitiator another() throws IOException {
    others++;
    return running.loggedIn(others, "InitialR2T=No\0");
  }

  @Test
  void shouldEndEveryConnectionWhoseHeaderHasAByteAtItsLimit() throws IOException {
    for (int opcode : new int[] {0x00, 0x01, 0x02, 0x04, 0x05, 0x06, 0x10}) {
      for (int at = 0; at < HEADER; at++) {
        for (int value : LIMITS) {
          try (ScriptedInitiator initiator = another()) {
            ByteBuffer pdu = ScriptedInitiator.header(opcode, 0x80).putInt(16, 5).putInt(20, -1);
            pdu.putInt(24, initiator.nextCmdSn()).put(at, (byte) value);
            initiator.sendBytes(pdu.array());
            initiator.leave();
          }
        }
      }
    }
  }

  @Test
  void shouldEndEveryLoginWhoseHeaderHasAByteAtItsLimit() throws IOException {
    String text = "InitiatorName=iqn.2026-11.test:odd\0SessionType=Discovery\0";
    byte[] keys = text.getBytes(StandardCharsets.UTF_8);
    for (int at = 0; at < HEADER; at++) {
      for (int value : LIMITS) {
        try (ScriptedInitiator initiator = new ScriptedInitiator(running.address)) {
          byte[] pdu = new byte[HEADER + (keys.length + 3) / 4 * 4];
          ByteBuffer login = ByteBuffer.wrap(pdu).put(0, (byte) 0x43).put(1, (byte) 0x87);
          login.putInt(4, keys.length).put(HEADER, keys);
          pdu[at] = (byte) value;
          initiator.sendBytes(pdu);
          initiator.leave();
        }
      }
    }
  }

  @Test
  void shouldGiveBackWhatHalfAPduHeld() throws IOException {
    for (int cut = 1; cut < HEADER; cut++) {
      try (ScriptedInitiator initiator = another()) {
        initiator.sendBytes(new byte[cut]);
      }
    }
    for (int i = 0; i < 50; i++) {
      try (ScriptedInitiator initiator = another()) {
        initiator.command(1, 0xa0, MEBIBYTE, write(0, MEBIBYTE / BLOCK));
        Pdu asked = initiator.receive();
        assertThat(asked.opcode()).isEqualTo(R2T);
        byte[] data = dataOut(asked, 0, 0, 200_000).array();
        initiator.sendBytes(data);
        initiator.sendBytes(new byte[100_000]);
      }
    }
    running.awaitConnections(1);
    assertThat(running.mappedBlocks()).as("written").isZero();
  }

  private static ByteBuffer dataOut(Pdu asked, int dataSn, int offset, int bytes) {
    return ScriptedInitiator.header(0x05, 0x80)
        .putInt(4, bytes)
        .putInt(16, asked.header().getInt(16))
        .putInt(20, asked.header().getInt(20))
        .putInt(36, dataSn)
        .putInt(40, offset);
  }

  @Test
  void shouldFailWritesWhoseDataAreOutOfOrderAndGoOn() throws IOException {
    try (ScriptedInitiator initiator = another()) {
      int tag = 1;
      int[][] wrongs = {{1, 0, BLOCK}, {0, 512, BLOCK - 512}, {0, -1, BLOCK}, {0, 0, BLOCK + 4}};
      for (int[] wrong : wrongs) {
        initiator.command(tag, 0xa0, BLOCK, write(0, 1));
        Pdu asked = initiator.receive();
        initiator.send(dataOut(asked, wrong[0], wrong[1], wrong[2]), new byte[wrong[2]]);
        assertThat(initiator.receive().opcode()).as("%s", Arrays.toString(wrong)).isEqualTo(REJECT);
        assertThat(initiator.receive().sense()).isEqualTo("0b/0c/0d");
        tag++;
      }
      initiator.command(tag, 0xa0, BLOCK, write(0, 1));
      Pdu asked = initiator.receive();
      initiator.send(dataOut(asked, 0, 0, 512), new byte[512]);
      assertThat(initiator.receive().sense()).as("too little").isEqualTo("0b/0c/0d");
      assertThat(running.mappedBlocks()).as("written").isZero();
      writeOne(initiator, tag + 1);
    }
  }

  /// Data for an R2T that nobody sent are dropped; they may be on their way when a task is aborted.
  @Test
  void shouldDropDataThatNobodyAskedFor() throws IOException {
    try (ScriptedInitiator initiator = another()) {
      initiator.command(1, 0xa0, BLOCK, write(0, 1));
      Pdu asked = initiator.receive();
      initiator.send(dataOut(asked, 0, 0, BLOCK).putInt(20, 77), new byte[BLOCK]);
      initiator.send(dataOut(asked, 0, 0, BLOCK).putInt(16, 88), new byte[BLOCK]);
      initiator.send(dataOut(asked, 0, 0, BLOCK).putInt(20, -1), new byte[BLOCK]);
      initiator.send(dataOut(asked, 0, 0, BLOCK), new byte[BLOCK]);
      assertThat(initiator.receive().header().getInt(0)).isEqualTo(0x21800000);
      initiator.send(dataOut(asked, 0, 0, BLOCK), new byte[BLOCK]);
      writeOne(initiator, 2);
    }
  }

  private static void writeOne(ScriptedInitiator initiator, int tag) throws IOException {
    initiator.command(tag, 0xa0, BLOCK, write(0, 1));
    Pdu asked = initiator.receive();
    initiator.send(dataOut(asked, 0, 0, BLOCK), new byte[BLOCK]);
    assertThat(initiator.receive().header().getInt(0)).isEqualTo(0x21800000);
  }

  @Test
  void shouldRejectEveryOpcodeThatItDoesNotKnowAndGoOn() throws IOException {
    try (ScriptedInitiator initiator = another()) {
      for (int opcode = 0; opcode < 0x40; opcode++) {
        if (opcode > 0x06) {
          initiator.send(ScriptedInitiator.header(0x40 | opcode, 0x80), new byte[4]);
          assertThat(initiator.receive().opcode()).as("%x", opcode).isEqualTo(REJECT);
        }
      }
      writeOne(initiator, 1);
    }
  }

  @Test
  void shouldRefuseIoBeyondTheEnd() throws IOException {
    int blocks = (int) (running.volume.geometry().sizeBytes() / BLOCK);
    try (ScriptedInitiator initiator = another()) {
      for (int lba : new int[] {blocks, blocks - 1, -1, Integer.MAX_VALUE}) {
        initiator.command(1, 0xc0, 2 * BLOCK, read(lba, 2));
        assertThat(initiator.receive().sense()).isEqualTo("05/21/00");
        initiator.command(2, 0xa0, 2 * BLOCK, write(lba, 2));
        assertThat(initiator.receive().sense()).isEqualTo("05/21/00");
      }
      initiator.command(1, 0xc0, BLOCK, read(blocks - 1, 1));
      assertThat(initiator.receiveRead()).hasSize(BLOCK);
    }
  }

  /// Expected lengths that are no whole blocks: as much moves as both sides can, and the rest is
  /// told as residual (RFC 7143 §11.4.5).
  @Test
  void shouldMoveWhatFitsWhenLengthsAreNoWholeBlocks() throws IOException {
    try (ScriptedInitiator initiator = another()) {
      initiator.command(1, 0xc0, 1001, read(0, 1));
      Pdu data = initiator.receive();
      assertThat(data.data()).hasSize(1001);
      assertThat(data.flags() & 0x04).as("overflow").isNotZero();
      assertThat(data.header().getInt(44)).as("residual").isEqualTo(BLOCK - 1001);
      initiator.command(2, 0xa0, 1001, write(0, 1));
      Pdu asked = initiator.receive();
      assertThat(asked.header().getInt(44)).isEqualTo(1001);
      initiator.send(dataOut(asked, 0, 0, 1001), new byte[1001]);
      Pdu ended = initiator.receive();
      assertThat(ended.flags() & 0x04).as("overflow").isNotZero();
      assertThat(running.mappedBlocks()).as("written").isZero();
      writeOne(initiator, 3);
    }
  }

  @Test
  void shouldCloseOnDataThatWereNotAgreedOn() throws IOException {
    try (ScriptedInitiator initiator = another()) {
      ByteBuffer read = ScriptedInitiator.header(0x01, 0xc0).putInt(16, 1).putInt(20, BLOCK);
      read.putInt(24, initiator.nextCmdSn()).put(HEADER - 16, read(0, 1));
      initiator.send(read, new byte[BLOCK]);
      assertThat(initiator.receive().opcode()).isEqualTo(REJECT);
      assertThat(initiator.isClosedByTarget()).isTrue();
    }
    try (ScriptedInitiator initiator = another()) {
      ByteBuffer write = ScriptedInitiator.header(0x01, 0xa0).putInt(16, 1).putInt(20, BLOCK);
      write.putInt(24, initiator.nextCmdSn()).put(HEADER - 16, write(0, 1));
      initiator.send(write, new byte[BLOCK + 4]);
      assertThat(initiator.receive().opcode()).isEqualTo(REJECT);
      assertThat(initiator.isClosedByTarget()).isTrue();
    }
  }

  /// The longest that may be told to come is what was declared, and a ping's echo is cut at what
  /// the initiator takes.
  @Test
  void shouldEchoNoMoreOfAPingThanTheInitiatorTakes() throws IOException {
    others++;
    try (ScriptedInitiator initiator = running.loggedIn(others, "InitialR2T=Yes\0")) {
      ByteBuffer ping = ScriptedInitiator.header(0x40, 0x80).putInt(16, 9).putInt(20, -1);
      initiator.send(ping, new byte[32 << 10]);
      assertThat(initiator.receive().data()).hasSize(32 << 10);
      initiator.send(ping, new byte[(32 << 10) + 1]);
      assertThat(initiator.receive().opcode()).isEqualTo(REJECT);
      assertThat(initiator.isClosedByTarget()).isTrue();
    }
  }

  @Test
  void shouldRejectATagInUseAndLetTheFirstGoOn() throws IOException {
    try (ScriptedInitiator initiator = another()) {
      initiator.command(1, 0xa0, BLOCK, write(0, 1));
      Pdu asked = initiator.receive();
      initiator.command(1, 0xc0, BLOCK, read(0, 1));
      assertThat(initiator.receive().header().getShort(0)).isEqualTo((short) 0x3f80);
      initiator.send(dataOut(asked, 0, 0, BLOCK), new byte[BLOCK]);
      assertThat(initiator.receive().opcode()).isEqualTo(RESPONSE);
    }
  }
}
