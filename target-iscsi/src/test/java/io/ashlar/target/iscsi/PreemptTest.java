package io.ashlar.target.iscsi;

import static org.assertj.core.api.Assertions.assertThat;

import io.ashlar.core.volume.VolumeGeometry;
import io.ashlar.simulation.HoldPoint;
import io.ashlar.simulation.MemoryBlockVolume;
import io.ashlar.target.iscsi.ScriptedInitiator.Pdu;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/// PREEMPT AND ABORT, and a command that is too far on its way to be withdrawn.
class PreemptTest {
  private static final int SCSI_RESPONSE = 0x21;
  private static final int NOP_IN = 0x20;

  private final MemoryBlockVolume volume =
      MemoryBlockVolume.numbered(1, new VolumeGeometry(8 << 20, RunningTarget.BLOCK));

  /// The preempted host's write was carried out, and has not ended: the abort is answered behind
  /// it.
  @Test
  void shouldAnswerAnAbortOnlyAfterWhatItCouldNotWithdraw() throws Exception {
    try (RunningTarget running = new RunningTarget(volume);
        ScriptedInitiator ours = running.loggedIn(1);
        ScriptedInitiator theirs = running.loggedIn(2)) {
      assertThat(change(ours, 1, "5f 00 00 0000 00000018 00", 0, 0xA).status()).isZero();
      assertThat(change(theirs, 1, "5f 00 00 0000 00000018 00", 0, 0xB).status()).isZero();
      hold(running);
      theirs.command(2, 0xa0, RunningTarget.BLOCK, RunningTarget.write(3, 1));
      theirs.dataOut(theirs.receive(), 0, new byte[RunningTarget.BLOCK]);
      while (running.onShard(volume::pending) < 1) {
        Thread.onSpinWait();
      }
      send(ours, 2, "5f 05 01 0000 00000018 00", 0xA, 0xB);
      ping(ours);
      assertThat(ours.receive().opcode()).as("a ping overtakes the abort").isEqualTo(NOP_IN);
      running.onShard(() -> {
        volume.releaseHeld();
        return 0;
      });
      Pdu answer = ours.receive();
      assertThat(answer.opcode()).isEqualTo(SCSI_RESPONSE);
      assertThat(answer.status()).isZero();
    }
  }

  private void hold(RunningTarget running) {
    running.onShard(() -> {
      volume.holdNext(HoldPoint.AFTER_EFFECT);
      return 0;
    });
  }

  private static Pdu change(
      ScriptedInitiator initiator, int tag, String cdb, long key, long actionKey)
      throws IOException {
    send(initiator, tag, cdb, key, actionKey);
    return initiator.receive();
  }

  private static void send(
      ScriptedInitiator initiator, int tag, String cdb, long key, long actionKey)
      throws IOException {
    initiator.command(tag, 0xa0, 24, HexFormat.of().parseHex(cdb.replace(" ", "")));
    byte[] list = ByteBuffer.allocate(24).putLong(0, key).putLong(8, actionKey).array();
    initiator.dataOut(initiator.receive(), 0, list);
  }

  private static void ping(ScriptedInitiator initiator) throws IOException {
    ByteBuffer header = ScriptedInitiator.header(0x40, 0x80).putInt(16, 77).putInt(20, -1);
    initiator.send(header.putInt(24, initiator.nextCmdSn()), new byte[0]);
  }
}
