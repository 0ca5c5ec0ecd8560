package io.ashlar.initiator.nvme.queue;

import static io.ashlar.initiator.nvme.queue.ScriptedController.bytesOf;
import static io.ashlar.initiator.nvme.queue.ScriptedController.commandId;
import static io.ashlar.initiator.nvme.queue.ScriptedController.data;
import static io.ashlar.initiator.nvme.queue.ScriptedController.digestedData;
import static io.ashlar.initiator.nvme.queue.ScriptedController.initializeResponse;
import static io.ashlar.initiator.nvme.queue.ScriptedController.readyToTransfer;
import static io.ashlar.initiator.nvme.queue.ScriptedController.response;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ashlar.initiator.nvme.command.NvmCommands;
import io.ashlar.initiator.nvme.command.NvmeStatus;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// The queue pair against controllers that behave, and against ones that do not.
@Timeout(30)
class HostQueuePairTest {
  private static final int INVALID_FIELD = 1;
  private static final int SEQUENCE = 2;
  private static final int HEADER_DIGEST = 3;
  private static final int OUT_OF_RANGE = 4;
  private static final int LIMIT = 5;

  @Test
  void shouldReadDataThatComesInSeveralPdus() throws Exception {
    byte[] expected = bytes(8192);
    ScriptedController.Script script =
        peer -> {
          peer.initialize(0, 131072);
          int id = commandId(peer.receive());
          peer.send(data(id, 0, 0, Arrays.copyOf(expected, 4096)));
          peer.send(data(id, 4, 4096, Arrays.copyOfRange(expected, 4096, 8192)));
          peer.send(response(id, 0));
          peer.drain();
        };
    try (Fixture fixture = new Fixture(script, Digests.NONE)) {
      HostCommand command = fixture.read(8192);
      assertThat(command.status()).isZero();
      assertThat(received(command)).isEqualTo(expected);
    }
  }

  @Test
  void shouldTakeTheSuccessFlagForTheResponse() throws Exception {
    ScriptedController.Script script =
        peer -> {
          peer.initialize(0, 131072);
          for (int i = 0; i < 3; i++) {
            peer.send(data(commandId(peer.receive()), 4 | 8, 0, bytes(4096)));
          }
          peer.drain();
        };
    try (Fixture fixture = new Fixture(script, Digests.NONE)) {
      for (int i = 0; i < 3; i++) {
        HostCommand command = fixture.read(4096);
        assertThat(command.status()).isZero();
        assertThat(received(command)).isEqualTo(bytes(4096));
        fixture.queue.release(command);
      }
    }
  }

  @Test
  void shouldUnderstandPdusThatComeByteByByte() throws Exception {
    ScriptedController.Script script =
        peer -> {
          peer.initialize(3, 131072);
          byte[] pdu = digestedData(commandId(peer.receive()), 4 | 8, 0, bytes(512));
          for (byte each : pdu) {
            peer.send(new byte[] {each});
          }
          peer.drain();
        };
    try (Fixture fixture = new Fixture(script, Digests.HEADER_AND_DATA)) {
      HostCommand command = fixture.read(512);
      assertThat(command.status()).isZero();
      assertThat(received(command)).isEqualTo(bytes(512));
    }
  }

  @Test
  void shouldSendWhatReadyToTransferAsksFor() throws Exception {
    byte[] arrived = new byte[65536];
    ScriptedController.Script script =
        peer -> {
          peer.initialize(0, 8192);
          int id = commandId(peer.receive());
          peer.send(readyToTransfer(id, 0x77, 0, 20480));
          peer.send(readyToTransfer(id, 0x78, 20480, 45056));
          int sum = 0;
          while (sum < 65536) {
            sum += collect(peer.receive(), arrived);
          }
          peer.send(response(id, 0));
          peer.drain();
        };
    try (Fixture fixture = new Fixture(script, Digests.NONE)) {
      assertThat(fixture.write(bytes(65536)).status()).isZero();
      assertThat(arrived).isEqualTo(bytes(65536));
    }
  }

  /// Checks an H2CData and takes its data; the last one of each R2T is marked so.
  private static int collect(ByteBuffer pdu, byte[] into) {
    int tag = pdu.getShort(10);
    int offset = pdu.getInt(12);
    int length = pdu.getInt(16);
    boolean isLast = (pdu.get(1) & 4) != 0;
    assertThat(pdu.get(0)).isEqualTo((byte) 6);
    assertThat(length).isLessThanOrEqualTo(8192);
    assertThat(isLast).isEqualTo(offset + length == (tag == 0x77 ? 20480 : 65536));
    assertThat(tag).isEqualTo(offset < 20480 ? 0x77 : 0x78);
    pdu.get(24, into, offset, length);
    return length;
  }

  @Test
  void shouldSendShortWritesInTheCapsule() throws Exception {
    ScriptedController.Script script =
        peer -> {
          peer.initialize(3, 8192);
          ByteBuffer capsule = peer.receive();
          assertThat(capsule.getInt(4)).isEqualTo(72 + 4 + 4096 + 4);
          assertThat(capsule.getInt(72)).isEqualTo(ScriptedController.crc(bytesOf(capsule), 0, 72));
          assertThat(capsule.getInt(76 + 4096))
              .isEqualTo(ScriptedController.crc(bytesOf(capsule), 76, 4096));
          ByteBuffer reply = ScriptedController.pdu(5, 1, 24, 0, 28);
          reply.putShort(20, (short) commandId(capsule));
          reply.putInt(24, ScriptedController.crc(bytesOf(reply), 0, 24));
          peer.send(bytesOf(reply));
          peer.drain();
        };
    try (Fixture fixture = new Fixture(script, Digests.HEADER_AND_DATA)) {
      assertThat(fixture.write(bytes(4096)).status()).isZero();
      fixture.queue.close();
      assertThat(fixture.controller.problem()).isNull();
    }
  }

  @Test
  void shouldHandErrorsOnAndKeepTheConnection() throws Exception {
    ScriptedController.Script script =
        peer -> {
          peer.initialize(0, 8192);
          peer.send(response(commandId(peer.receive()), 0x4080));
          peer.send(data(commandId(peer.receive()), 4 | 8, 0, bytes(512)));
          peer.drain();
        };
    try (Fixture fixture = new Fixture(script, Digests.NONE)) {
      HostCommand failed = fixture.read(512);
      assertThat(NvmeStatus.LBA_OUT_OF_RANGE.is(failed.status())).isTrue();
      assertThat(fixture.read(512).isSuccess()).isTrue();
    }
  }

  @Test
  void shouldFailOnlyTheCommandWhoseDataDigestIsWrong() throws Exception {
    ScriptedController.Script script =
        peer -> {
          peer.initialize(3, 8192);
          byte[] bad = digestedData(commandId(peer.receive()), 4 | 8, 0, bytes(512));
          bad[100] ^= 1;
          peer.send(bad);
          peer.send(digestedData(commandId(peer.receive()), 4 | 8, 0, bytes(512)));
          peer.drain();
        };
    try (Fixture fixture = new Fixture(script, Digests.HEADER_AND_DATA)) {
      HostCommand damaged = fixture.read(512);
      assertThat(NvmeStatus.TRANSIENT_TRANSPORT_ERROR.is(damaged.status())).isTrue();
      assertThat(fixture.read(512).isSuccess()).isTrue();
    }
  }

  @Test
  void shouldEndTheConnectionOverAWrongHeaderDigest() throws Exception {
    expectTermination(
        HEADER_DIGEST,
        "header digest",
        Digests.HEADER_AND_DATA,
        id -> {
          byte[] pdu = digestedData(id, 12, 0, bytes(512));
          pdu[24] ^= 1;
          return pdu;
        });
  }

  @Test
  void shouldEndTheConnectionOverAnUnknownCommand() throws Exception {
    expectTermination(INVALID_FIELD, "does not wait", Digests.NONE, id -> response(id + 1, 0));
    expectTermination(INVALID_FIELD, "does not wait", Digests.NONE, id -> response(id ^ 0x400, 0));
    expectTermination(
        INVALID_FIELD, "does not wait", Digests.NONE, id -> data(id + 1, 12, 0, bytes(512)));
    expectTermination(
        INVALID_FIELD, "does not wait", Digests.NONE, id -> readyToTransfer(id, 1, 0, 512));
  }

  @Test
  void shouldEndTheConnectionOverDataOutOfRange() throws Exception {
    expectTermination(OUT_OF_RANGE, "brings", Digests.NONE, id -> data(id, 4, 0, bytes(1024)));
    expectTermination(OUT_OF_RANGE, "brings", Digests.NONE, id -> data(id, 4, 256, bytes(256)));
    expectTermination(
        OUT_OF_RANGE, "brings", Digests.NONE, id -> data(id, 4, 0xFFFF_FF00, bytes(512)));
    expectTermination(OUT_OF_RANGE, "brings", Digests.NONE, id -> data(id, 4, 0, new byte[0]));
  }

  @Test
  void shouldEndTheConnectionOverSuccessWithoutAllData() throws Exception {
    expectTermination(SEQUENCE, "0 of 512 bytes", Digests.NONE, id -> response(id, 0));
    expectFailure("before the last", Digests.NONE, id -> data(id, 4 | 8, 0, bytes(256)));
    expectFailure("before the last", Digests.NONE, id -> data(id, 8, 0, bytes(512)));
  }

  @Test
  void shouldEndTheConnectionOverPdusThatAreNotDue() throws Exception {
    expectTermination(
        SEQUENCE, "ICResp was not due", Digests.NONE, id -> initializeResponse(0, 8192));
    expectTermination(
        INVALID_FIELD,
        "CapsuleCmd, which a controller never",
        Digests.NONE,
        id -> bytesOf(ScriptedController.pdu(4, 0, 72, 0, 72)));
  }

  @Test
  void shouldEndTheConnectionOverUnsoundHeaders() throws Exception {
    int[][] unsound = {
      // type, flags, hlen, pdo, plen
      {5, 0, 23, 0, 24},
      {5, 0, 24, 0, 28},
      {5, 1, 24, 0, 24},
      {7, 4, 24, 20, 24 + 512},
      {7, 4, 24, 26, 26 + 512},
      {7, 4, 24, 24, 24 + 513},
      {9, 0, 24, 0, 25},
      {3, 0, 24, 0, 23},
      {3, 0, 24, 0, 24 + 129},
      {8, 0, 24, 0, 24},
    };
    for (int[] each : unsound) {
      expectTermination(
          INVALID_FIELD,
          "",
          Digests.NONE,
          id -> {
            ByteBuffer pdu = ScriptedController.pdu(each[0], each[1], each[2], each[3], 640);
            pdu.putInt(4, each[4]).putShort(8, (short) id).putInt(16, 512);
            return bytesOf(pdu);
          });
    }
  }

  @Test
  void shouldEndTheConnectionOverReadyToTransferOutOfRange() throws Exception {
    int[][] wrong = {{1, 4096}, {0, 65537}, {0, 0}, {0xFFFF_F000, 4096}};
    for (int[] each : wrong) {
      expectWriteTermination(
          OUT_OF_RANGE, (peer, id) -> peer.send(readyToTransfer(id, 1, each[0], each[1])));
    }
  }

  @Test
  void shouldEndTheConnectionOverMoreReadyToTransferThanAgreedOn() throws Exception {
    // Five of one byte in a single segment, where four may be outstanding.
    expectWriteTermination(
        LIMIT,
        (peer, id) -> {
          ByteBuffer burst = ByteBuffer.allocate(5 * 24);
          for (int i = 0; i < 5; i++) {
            burst.put(readyToTransfer(id, i, i * 4096, 4096));
          }
          peer.send(bytesOf(burst));
        });
  }

  @Test
  void shouldReportTheControllersOwnComplaint() throws Exception {
    expectFailure(
        "digest",
        Digests.NONE,
        id -> {
          ByteBuffer pdu = ScriptedController.pdu(3, 0, 24, 0, 24 + 8);
          return bytesOf(pdu.putShort(8, (short) 3));
        });
  }

  @Test
  void shouldFailCommandsWhenTheControllerGoesAway() throws Exception {
    ScriptedController.Script script =
        peer -> {
          peer.initialize(0, 8192);
          int id = commandId(peer.receive());
          peer.send(Arrays.copyOf(data(id, 4, 0, bytes(512)), 100));
        };
    try (Fixture fixture = new Fixture(script, Digests.NONE)) {
      HostCommand command = fixture.read(512);
      assertThat(NvmeStatus.HOST_PATHING_ERROR.is(command.status())).isTrue();
      assertThat(fixture.queue.failure()).contains("closed the connection");
      assertThat(fixture.queue.inFlight()).isZero();
      HostCommand late = fixture.read(512);
      assertThat(NvmeStatus.HOST_PATHING_ERROR.is(late.status())).isTrue();
    }
  }

  @Test
  void shouldGiveUpOnACommandThatIsNeverAnswered() throws Exception {
    ScriptedController.Script script =
        peer -> {
          peer.initialize(0, 8192);
          peer.drain();
        };
    try (Fixture fixture = new Fixture(script, Digests.NONE, Duration.ofMillis(200))) {
      assertThat(NvmeStatus.HOST_PATHING_ERROR.is(fixture.read(512).status())).isTrue();
      assertThat(fixture.queue.failure()).contains("opcode 0x02").contains("within 200 ms");
    }
  }

  @Test
  void shouldRefuseUnsoundInitializeResponses() throws Exception {
    refuse(initializeResponse(1, 8192), "digest nobody asked for");
    refuse(initializeResponse(0, 4095), "MAXH2CDATA is 4095");
    refuse(initializeResponse(0, 4098), "MAXH2CDATA is 4098");
    byte[] version = initializeResponse(0, 8192);
    version[8] = 1;
    refuse(version, "format version");
    byte[] alignment = initializeResponse(0, 8192);
    alignment[10] = 32;
    refuse(alignment, "CPDA is 32");
    refuse(response(0, 0), "was not due");
  }

  @Test
  void shouldSayWhoDoesNotListen() throws Exception {
    ScriptedController gone = new ScriptedController(peer -> {});
    gone.close();
    // The system goes on listening until the thread that accepts has noticed.
    assertThat(gone.problem()).isInstanceOf(IOException.class);
    assertThatThrownBy(
            () -> HostQueuePair.connect(options(gone, Digests.NONE, Duration.ofSeconds(1))))
        .hasMessageContaining("Cannot connect to")
        .hasMessageContaining(Integer.toString(gone.address().getPort()));
  }

  private static void refuse(byte[] answer, String reason) throws IOException {
    ScriptedController.Script script =
        peer -> {
          peer.receive();
          peer.send(answer);
          peer.drain();
        };
    try (ScriptedController controller = new ScriptedController(script)) {
      assertThatThrownBy(() ->
              HostQueuePair.connect(options(controller, Digests.NONE, Duration.ofSeconds(10))))
          .isInstanceOf(IOException.class)
          .hasMessageContaining(reason);
    }
  }

  /// What a controller answers to a command.
  private interface Answer {
    byte[] to(int commandId);
  }

  /// What a controller does about a write.
  private interface Reaction {
    void to(ScriptedController peer, int commandId) throws IOException;
  }

  /// A read of 512 bytes is answered wrongly: the host complains with this status and closes.
  private static void expectTermination(
      int fatalError, String reason, Digests digests, Answer answer) throws Exception {
    int[] complaint = new int[1];
    ScriptedController.Script script =
        peer -> {
          peer.initialize(digests.bits(), 8192);
          peer.send(answer.to(commandId(peer.receive())));
          complaint[0] = complaint(peer.receive());
        };
    try (Fixture fixture = new Fixture(script, digests)) {
      HostCommand command = fixture.read(512);
      assertThat(NvmeStatus.HOST_PATHING_ERROR.is(command.status())).isTrue();
      assertThat(fixture.queue.state()).isEqualTo(QueueState.FAILED);
      assertThat(fixture.queue.failure()).contains(reason);
      assertThat(fixture.controller.problem()).isNull();
      assertThat(complaint[0]).isEqualTo(fatalError);
    }
  }

  private static void expectWriteTermination(int fatalError, Reaction reaction) throws Exception {
    int[] complaint = new int[1];
    ScriptedController.Script script =
        peer -> {
          peer.initialize(0, 8192);
          reaction.to(peer, commandId(peer.receive()));
          ByteBuffer pdu = peer.receive();
          while (pdu.get(0) == 6) {
            pdu = peer.receive();
          }
          complaint[0] = complaint(pdu);
        };
    try (Fixture fixture = new Fixture(script, Digests.NONE)) {
      HostCommand command = fixture.write(bytes(65536));
      assertThat(NvmeStatus.HOST_PATHING_ERROR.is(command.status())).isTrue();
      assertThat(fixture.controller.problem()).isNull();
      assertThat(complaint[0]).isEqualTo(fatalError);
    }
  }

  private static int complaint(ByteBuffer pdu) {
    assertThat(pdu.get(0)).isEqualTo((byte) 2);
    return pdu.getShort(8);
  }

  private static void expectFailure(String reason, Digests digests, Answer answer)
      throws Exception {
    ScriptedController.Script script =
        peer -> {
          peer.initialize(digests.bits(), 8192);
          peer.send(answer.to(commandId(peer.receive())));
          peer.drain();
        };
    try (Fixture fixture = new Fixture(script, digests)) {
      HostCommand command = fixture.read(512);
      assertThat(NvmeStatus.HOST_PATHING_ERROR.is(command.status())).isTrue();
      assertThat(fixture.queue.failure()).contains(reason);
    }
  }

  private static QueueOptions options(
      ScriptedController controller, Digests digests, Duration timeout) {
    return new QueueOptions(controller.address(), 4, 131072, 8192, 4, 1, digests, timeout);
  }

  private static byte[] bytes(int length) {
    byte[] bytes = new byte[length];
    for (int i = 0; i < length; i++) {
      bytes[i] = (byte) (i * 31 + (i >> 8));
    }
    return bytes;
  }

  private static byte[] received(HostCommand command) {
    byte[] bytes = new byte[command.receivedBytes()];
    command.data().get(0, bytes);
    return bytes;
  }

  /// A controller and a queue pair connected to it.
  private static final class Fixture implements AutoCloseable {
    final ScriptedController controller;
    final HostQueuePair queue;

    Fixture(ScriptedController.Script script, Digests digests) throws IOException {
      this(script, digests, Duration.ofSeconds(10));
    }

    Fixture(ScriptedController.Script script, Digests digests, Duration timeout)
        throws IOException {
      controller = new ScriptedController(script);
      queue = HostQueuePair.connect(options(controller, digests, timeout));
    }

    HostCommand read(int lengthBytes) {
      HostCommand command = acquire().receiving(lengthBytes);
      NvmCommands.read(command.entry(), 1, 0, lengthBytes / 512);
      return run(command);
    }

    HostCommand write(byte[] bytes) {
      HostCommand command = acquire().sending(bytes.length);
      command.data().put(0, bytes);
      NvmCommands.write(command.entry(), 1, 0, bytes.length / 512);
      return run(command);
    }

    private HostCommand acquire() {
      @Nullable HostCommand command = queue.acquire();
      assertThat(command).isNotNull();
      return command;
    }

    private HostCommand run(HostCommand command) {
      queue.submit(command, System.nanoTime());
      while (command.state() == CommandState.IN_FLIGHT) {
        if (queue.poll(System.nanoTime()) == 0) {
          queue.await(10_000_000);
        }
      }
      return command;
    }

    @Override
    public void close() throws IOException {
      queue.close();
      controller.close();
    }
  }
}
