package io.ashlar.initiator.nvme.queue;

import static io.ashlar.initiator.nvme.queue.ScriptedController.bytesOf;
import static io.ashlar.initiator.nvme.queue.ScriptedController.commandId;
import static io.ashlar.initiator.nvme.queue.ScriptedController.crc;
import static org.assertj.core.api.Assertions.assertThat;

import io.ashlar.initiator.nvme.command.NvmCommands;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Data that is sent from where it lies, to controllers that read slowly.
@Timeout(60)
class LongDataTest {
  private static final int COMMANDS = 4;
  private static final int LONG_BYTES = 1 << 20;
  private static final int CAPSULE_BYTES = 128 * 1024;
  private static final int SMALL_BYTES = 4096;
  private static final int DATA_PDU = 6;

  private final SplittableRandom random = new SplittableRandom(1);

  @Test
  void shouldSendWhatIsAskedForWholeAndInOrder() throws Exception {
    byte[][] sent = contents(LONG_BYTES);
    byte[][] arrived = new byte[COMMANDS][LONG_BYTES];
    ScriptedController.Script script =
        peer -> {
          peer.initialize(3, 1 << 20);
          int[] ids = new int[COMMANDS];
          for (int i = 0; i < COMMANDS; i++) {
            ids[i] = commandId(peer.receive());
          }
          for (int id : ids) {
            peer.send(digestedReadyToTransfer(id, LONG_BYTES));
          }
          pause();
          int left = COMMANDS * LONG_BYTES;
          while (left > 0) {
            left -= collect(peer.receive(), ids, arrived);
          }
          for (int id : ids) {
            peer.send(digestedResponse(id));
          }
          peer.drain();
        };
    run(script, Digests.HEADER_AND_DATA, sent);
    for (int i = 0; i < COMMANDS; i++) {
      assertThat(Arrays.equals(arrived[i], sent[i])).as("write " + i).isTrue();
    }
  }

  @Test
  void shouldTakeLongDataAlongInCapsules() throws Exception {
    byte[][] sent = contents(CAPSULE_BYTES);
    sent[2] = Arrays.copyOf(sent[2], SMALL_BYTES);
    byte[][] arrived = new byte[COMMANDS][];
    ScriptedController.Script script =
        peer -> {
          peer.initialize(0, 1 << 20);
          pause();
          for (int i = 0; i < COMMANDS; i++) {
            ByteBuffer capsule = peer.receive();
            byte[] data = new byte[capsule.getInt(4) - 72];
            capsule.get(72, data);
            // SGL data block in the capsule, as long as the data
            assertThat(capsule.get(8 + 39)).isEqualTo((byte) 1);
            assertThat(capsule.getInt(8 + 32)).isEqualTo(data.length);
            arrived[(int) capsule.getLong(8 + 40)] = data;
            peer.send(ScriptedController.response(commandId(capsule), 0));
          }
          peer.drain();
        };
    run(script, Digests.NONE, sent);
    for (int i = 0; i < COMMANDS; i++) {
      assertThat(Arrays.equals(arrived[i], sent[i])).as("write " + i).isTrue();
    }
  }

  @Test
  void shouldSendHalvesOfAFusedPairTogether() throws Exception {
    byte[][] sent = contents(CAPSULE_BYTES);
    ScriptedController.Script script =
        peer -> {
          peer.initialize(0, 1 << 20);
          int first = commandId(peer.receive());
          int second = commandId(peer.receive());
          // Fused halves, and both wait to be asked
          peer.send(ScriptedController.response(first, 0x4080));
          peer.send(ScriptedController.response(second, 0x4080));
          peer.drain();
        };
    ScriptedController controller = new ScriptedController(script);
    try (HostQueuePair queue = connect(controller, Digests.NONE)) {
      HostCommand first = prepare(queue, sent[0], 0);
      HostCommand second = prepare(queue, sent[1], 1);
      queue.submitFused(first, second, System.nanoTime());
      poll(queue);
      assertThat(first.isSuccess() || second.isSuccess()).isFalse();
    }
    assertThat(controller.problem()).isNull();
    controller.close();
  }

  /// Runs all writes at once; fails if one does, or if the controller saw something wrong.
  private static void run(ScriptedController.Script script, Digests digests, byte[][] contents)
      throws Exception {
    ScriptedController controller = new ScriptedController(script);
    try (HostQueuePair queue = connect(controller, digests)) {
      HostCommand[] commands = new HostCommand[COMMANDS];
      for (int i = 0; i < COMMANDS; i++) {
        commands[i] = prepare(queue, contents[i], i);
        queue.submit(commands[i], System.nanoTime());
      }
      poll(queue);
      for (HostCommand each : commands) {
        assertThat(each.isSuccess()).as(queue.failure()).isTrue();
      }
    }
    assertThat(controller.problem()).isNull();
    controller.close();
  }

  private static HostCommand prepare(HostQueuePair queue, byte[] content, int lba) {
    HostCommand command = queue.acquire();
    assertThat(command).isNotNull();
    command.sending(content.length);
    command.data().put(0, content);
    NvmCommands.write(command.entry(), 1, lba, content.length / 512);
    return command;
  }

  private static void poll(HostQueuePair queue) {
    while (queue.inFlight() > 0) {
      if (queue.poll(System.nanoTime()) == 0) {
        queue.await(10_000_000);
      }
    }
  }

  private static HostQueuePair connect(ScriptedController controller, Digests digests)
      throws IOException {
    return HostQueuePair.connect(
        new QueueOptions(
            controller.address(),
            COMMANDS,
            LONG_BYTES,
            CAPSULE_BYTES,
            4,
            1,
            digests,
            Duration.ofSeconds(30)));
  }

  private byte[][] contents(int lengthBytes) {
    byte[][] contents = new byte[COMMANDS][lengthBytes];
    for (byte[] each : contents) {
      random.nextBytes(each);
    }
    return contents;
  }

  /// Lets the host's socket fill up.
  private static void pause() {
    try {
      Thread.sleep(200);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /// Checks an H2CData with both digests and takes its data, which must be the next of its command.
  private static int collect(ByteBuffer pdu, int[] ids, byte[][] into) {
    assertThat(pdu.get(0)).isEqualTo((byte) DATA_PDU);
    int id = pdu.getShort(8) & 0xFFFF;
    int offset = pdu.getInt(12);
    int length = pdu.getInt(16);
    assertThat(pdu.getInt(24)).isEqualTo(crc(bytesOf(pdu), 0, 24));
    assertThat(pdu.getInt(28 + length)).isEqualTo(crc(bytesOf(pdu), 28, length));
    for (int i = 0; i < ids.length; i++) {
      if (ids[i] == id) {
        pdu.get(28, into[i], offset, length);
        return length;
      }
    }
    throw new AssertionError("data of an unknown command " + id);
  }

  private static byte[] digestedReadyToTransfer(int id, int lengthBytes) {
    ByteBuffer pdu = ScriptedController.pdu(9, 1, 24, 0, 28);
    pdu.putShort(8, (short) id);
    pdu.putShort(10, (short) id);
    pdu.putInt(16, lengthBytes);
    pdu.putInt(24, crc(bytesOf(pdu), 0, 24));
    return bytesOf(pdu);
  }

  private static byte[] digestedResponse(int id) {
    ByteBuffer pdu = ScriptedController.pdu(5, 1, 24, 0, 28);
    pdu.putShort(20, (short) id);
    pdu.putInt(24, crc(bytesOf(pdu), 0, 24));
    return bytesOf(pdu);
  }
}
