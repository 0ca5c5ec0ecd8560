package io.ashlar.target.nvme;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.ashlar.target.nvme.spec.NvmeStatus;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Hosts that break the protocol: told why, cut off, and nobody else is harmed.
@SuppressWarnings({"ByteBufferBackingArray", "NullAway.Init"})
class ProtocolErrorTest {
  private static final int INVALID_FIELD = 1;
  private static final int SEQUENCE = 2;
  private static final int HEADER_DIGEST = 3;
  private static final int LIMIT = 5;
  private final RunningTarget running = RunningTarget.of4KiBlocks();

  @AfterEach
  void stop() throws IOException {
    try (TestHost admin = running.admin();
        TestHost queue = running.queue(admin, 1)) {
      assertThat(queue.read(0, 1, 4096).code()).as("others are unharmed").isZero();
    }
    running.close();
  }

  @ParameterizedTest
  @CsvSource({
    "8, 1, 6, 8", // PDU format version
    "10, 32, 1, 10", // alignment
    "2, 127, 1, 2", // header length
    "4, 127, 1, 4", // PDU length
    "4, -127, 1, 4",
    "0, 4, 2, 0", // a command first
    "0, 1, 1, 0", // what only targets send
    "0, 77, 1, 0" // what nobody sends
  })
  void shouldRefuseBadInitializations(int offset, int value, int code, int information)
      throws IOException {
    try (TestHost host = new TestHost(running.address)) {
      byte[] request = new byte[128];
      request[2] = (byte) 128;
      request[4] = (byte) 128;
      request[offset] = (byte) value;
      host.send(request);
      assertTerminated(host, code, information);
    }
  }

  @Test
  void shouldRefuseASecondInitialization() throws IOException {
    try (TestHost host = TestHost.initialized(running.address, 0)) {
      byte[] request = new byte[128];
      request[2] = (byte) 128;
      request[4] = (byte) 128;
      host.send(request);
      assertTerminated(host, SEQUENCE, 0);
    }
  }

  @ParameterizedTest
  @CsvSource({"1, 1", "2, 71", "2, 255", "5, 65", "7, 127"})
  void shouldRefuseBadCommandHeaders(int offset, int value) throws IOException {
    try (TestHost host = TestHost.initialized(running.address, 0)) {
      byte[] pdu = host.commandPdu(host.connectEntry(0, 32), new byte[1024]);
      pdu[offset] = (byte) value;
      host.send(pdu);
      boolean tooLong = offset > 4;
      assertTerminated(host, tooLong ? LIMIT : INVALID_FIELD, tooLong ? 0 : offset);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 71, 73, 255})
  void shouldRefuseBadDataOffsets(int dataOffset) throws IOException {
    try (TestHost host = TestHost.initialized(running.address, 0)) {
      byte[] pdu = host.commandPdu(host.connectEntry(0, 32), new byte[1024]);
      pdu[3] = (byte) dataOffset;
      host.send(pdu);
      assertTerminated(host, INVALID_FIELD, 3);
    }
  }

  @Test
  void shouldRefuseADamagedHeader() throws IOException {
    try (TestHost host = TestHost.initialized(running.address, TestHost.HEADER_DIGEST)) {
      byte[] pdu = host.commandPdu(host.connectEntry(0, 32), new byte[1024]);
      int digest = ByteBuffer.wrap(pdu).order(java.nio.ByteOrder.LITTLE_ENDIAN).getInt(72);
      pdu[20] ^= 1;
      host.send(pdu);
      assertTerminated(host, HEADER_DIGEST, digest);
    }
  }

  @Test
  void shouldFailOnlyTheCommandWhoseDataIsDamaged() throws IOException {
    try (TestHost admin = TestHost.initialized(running.address, TestHost.DATA_DIGEST)) {
      admin.connectOk(0, 32, 0xFFFF, running.nqn(), RunningTarget.HOST);
      admin.enable();
      try (TestHost queue = running.queue(admin, 1)) {
        ByteBuffer write = TestHost.capsuleSgl(queue.io(1, 0, 1), 4096);
        byte[] pdu = queue.commandPdu(write, new byte[4096]);
        pdu[100] ^= 1;
        queue.send(pdu);
        assertThat(queue.awaitReply(write.getShort(2)).code())
            .isEqualTo(NvmeStatus.TRANSIENT_TRANSPORT_ERROR);
        assertThat(queue.read(0, 1, 4096).data()).isEqualTo(new byte[4096]);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "0, 1, 0, 8192, 4, 2", // another tag
    "1, 0, 0, 8192, 4, 2", // another command
    "0, 0, 4096, 4096, 4, 4", // a gap
    "0, 0, 0, 12288, 4, 5", // more than asked for
    "0, 0, 0, 8192, 0, 2", // the last, not said
    "0, 0, 0, 4096, 4, 2" // said too early
  })
  void shouldRefuseDataThatWasNotAskedFor(
      int command, int tag, int offset, int length, int flags, int code) throws IOException {
    try (TestHost admin = running.admin();
        TestHost queue = running.queue(admin, 1)) {
      queue.sendCommand(TestHost.transportSgl(queue.io(1, 0, 2), 8192), null);
      ByteBuffer ask = queue.readPdu().header();
      queue.sendData(
          ask.getShort(8) + command, ask.getShort(10) + tag, offset, new byte[length], flags);
      assertTerminated(queue, code, 0);
    }
  }

  @Test
  void shouldTakeDataInParts() throws IOException {
    try (TestHost admin = running.admin();
        TestHost queue = running.queue(admin, 1)) {
      byte[] data = ReadWriteTest.random(8192, 3);
      ByteBuffer write = TestHost.transportSgl(queue.io(1, 0, 2), 8192);
      queue.sendCommand(write, null);
      ByteBuffer ask = queue.readPdu().header();
      byte[] head = java.util.Arrays.copyOf(data, 1000);
      byte[] tail = java.util.Arrays.copyOfRange(data, 1000, 8192);
      queue.dribble(queue.dataPdu(ask.getShort(8), ask.getShort(10), 0, head, 0));
      queue.sendData(ask.getShort(8), ask.getShort(10), 1000, tail, 4);
      assertThat(queue.awaitReply(write.getShort(2)).code()).isZero();
      assertThat(queue.read(0, 2, 4096).data()).isEqualTo(data);
    }
  }

  @Test
  void shouldCutOffAHostThatOverfillsItsQueue() throws IOException {
    try (TestHost admin = running.admin();
        TestHost queue = admin.ioQueue(running.address, 1, 4, running.nqn(), RunningTarget.HOST)) {
      for (int i = 0; i < 5; i++) {
        queue.sendCommand(TestHost.transportSgl(queue.io(1, 0, 2), 8192), null);
      }
      assertTerminated(queue, SEQUENCE, 0);
    }
  }

  @Test
  void shouldHangUpWhenTheHostTerminates() throws IOException {
    try (TestHost admin = running.admin()) {
      byte[] request = new byte[24];
      request[0] = 2;
      request[2] = 24;
      request[4] = 24;
      admin.send(request);
      assertThat(admin.drain()).isNull();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "40, 1, 0x180", // record format
    "42, 99, 0x182", // an I/O queue of no controller
    "44, 0, 0x182", // one entry
    "32, 512, 0x00F", // data's length
    "39, 90, 0x011", // data elsewhere
    "24, 4, 0x016", // data at an offset
    "1, 0, 0x002", // PRPs
    "4, 4, 0x00C" // no Connect
  })
  void shouldRefuseBadConnects(int offset, int value, String code) throws IOException {
    try (TestHost host = TestHost.initialized(running.address, 0)) {
      ByteBuffer sqe = host.connectEntry(0, 32);
      if (offset == 1 || offset == 4 || offset == 39) {
        sqe.put(offset, (byte) value);
      } else {
        sqe.putShort(offset, (short) value);
      }
      byte[] data = TestHost.connectData(0xFFFF, running.nqn(), RunningTarget.HOST);
      assertThat(host.command(sqe, data).code()).isEqualTo(Integer.decode(code));
      assertThat(host.drain()).isNull();
    }
  }

  @Test
  void shouldRefuseConnectsByTheirData() throws IOException {
    assertRefused(1, running.nqn(), 0x182, 0x1_0010);
    assertRefused(0xFFFF, "nqn.2026-11.io.ashlar:nothing", 0x182, 0x1_0100);
    assertRefused(0xFFFF, "", 0x182, 0x1_0100);
    assertRefused(0xFFFF, "x".repeat(250), 0x182, 0x1_0100);
  }

  /// People read names in logs and on terminals.
  @Test
  void shouldRefuseAHostWhoseNameControlsATerminal() throws IOException {
    try (TestHost host = TestHost.initialized(running.address, 0)) {
      String name = RunningTarget.HOST + "\u001b[2J";
      TestHost.Reply reply = host.connect(0, 32, 0xFFFF, running.nqn(), name);
      assertThat(reply.code()).isEqualTo(0x182);
    }
  }

  private void assertRefused(int controller, String nqn, int code, int result) throws IOException {
    try (TestHost host = TestHost.initialized(running.address, 0)) {
      TestHost.Reply reply = host.connect(0, 32, controller, nqn, RunningTarget.HOST);
      assertThat(reply.code()).isEqualTo(code);
      assertThat((int) reply.result()).isEqualTo(result);
    }
  }

  private static void assertTerminated(TestHost host, int code, int information)
      throws IOException {
    TestHost.Pdu last = requireNonNull(host.drain(), "a C2HTermReq before the end");
    assertThat(last.type()).isEqualTo(3);
    assertThat(last.header().getShort(8)).isEqualTo((short) code);
    assertThat(last.header().getInt(10)).isEqualTo(information);
    assertThat(last.data()).hasSizeGreaterThanOrEqualTo(8);
  }
}
