package io.ashlar.target.nvme;

import static org.assertj.core.api.Assertions.assertThat;

import io.ashlar.target.nvme.spec.IoOpcode;
import io.ashlar.target.nvme.spec.NvmeStatus;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Commands that are ended while they wait, and identifiers that are used twice.
@SuppressWarnings({"ByteBufferBackingArray", "NullAway.Init"})
class AbortTest {
  private static final int BLOCK = 4096;
  private static final int ABORTED = 0;
  private static final int NOT_ABORTED = 1;
  private final RunningTarget running = RunningTarget.of4KiBlocks();
  private TestHost admin;
  private TestHost queue;

  @BeforeEach
  void connect() throws IOException {
    admin = running.admin();
    queue = admin.ioQueue(running.address, 1, 4, running.nqn(), RunningTarget.HOST);
  }

  @AfterEach
  void stop() throws IOException {
    assertThat(queue.writeInCapsule(9, 1, new byte[BLOCK]).code()).as("the queue lives").isZero();
    queue.close();
    admin.close();
    running.close();
  }

  @Test
  void shouldEndAWriteThatWaitsForItsData() throws IOException {
    byte[] data = ReadWriteTest.random(2 * BLOCK, 1);
    for (int round = 0; round < 20; round++) {
      ByteBuffer write = TestHost.transportSgl(queue.io(IoOpcode.WRITE, 0, 2), data.length);
      queue.sendCommand(write, null);
      ByteBuffer ask = queue.readPdu().header();
      assertThat(abort(write)).isEqualTo(ABORTED);
      assertThat(statusOf(write)).isEqualTo(NvmeStatus.ABORT_REQUESTED);
      assertThat(abort(write)).as("it has ended").isEqualTo(NOT_ABORTED);
      queue.sendData(
          ask.getShort(8), ask.getShort(10), 0, Arrays.copyOf(data, BLOCK), 0); // on its way
      queue.sendData(ask.getShort(8), ask.getShort(10), BLOCK, Arrays.copyOf(data, BLOCK), 4);
      assertThat(queue.read(0, 2, BLOCK).data()).isEqualTo(new byte[2 * BLOCK]);
    }
  }

  /// A queue of four entries, and twenty writes whose hosts think better of it: no place is lost.
  @Test
  void shouldFreeThePlaceOfAWriteWhoseDataNeverComes() throws IOException {
    for (int round = 0; round < 20; round++) {
      ByteBuffer write = TestHost.transportSgl(queue.io(IoOpcode.WRITE, 0, 2), 2 * BLOCK);
      queue.sendCommand(write, null);
      ByteBuffer ask = queue.readPdu().header();
      if (round % 3 == 0) {
        queue.sendData(ask.getShort(8), ask.getShort(10), 0, new byte[BLOCK], 0);
      }
      assertThat(abort(write)).isEqualTo(ABORTED);
      assertThat(statusOf(write)).isEqualTo(NvmeStatus.ABORT_REQUESTED);
    }
  }

  /// The slot is another write's by the time the data comes, under the same identifier even.
  @Test
  void shouldTellLateDataFromThatOfTheNextWrite() throws IOException {
    byte[] late = ReadWriteTest.random(2 * BLOCK, 1);
    byte[] wanted = ReadWriteTest.random(2 * BLOCK, 2);
    ByteBuffer write = TestHost.transportSgl(queue.io(IoOpcode.WRITE, 0, 2), 2 * BLOCK);
    queue.sendCommand(write, null);
    ByteBuffer first = queue.readPdu().header();
    assertThat(abort(write)).isEqualTo(ABORTED);
    assertThat(statusOf(write)).isEqualTo(NvmeStatus.ABORT_REQUESTED);
    queue.sendCommand(write, null);
    ByteBuffer second = queue.readPdu().header();
    queue.sendData(second.getShort(8), second.getShort(10), 0, Arrays.copyOf(wanted, BLOCK), 0);
    queue.sendData(first.getShort(8), first.getShort(10), 0, late, 4);
    byte[] rest = Arrays.copyOfRange(wanted, BLOCK, 2 * BLOCK);
    queue.sendData(second.getShort(8), second.getShort(10), BLOCK, rest, 4);
    assertThat(statusOf(write)).isZero();
    assertThat(queue.read(0, 2, BLOCK).data()).isEqualTo(wanted);
  }

  @Test
  void shouldEndAWriteWhoseCapsuleIsHalfHere() throws IOException {
    for (int round = 0; round < 20; round++) {
      ByteBuffer write = TestHost.capsuleSgl(queue.io(IoOpcode.WRITE, 0, 1), BLOCK);
      byte[] pdu = queue.commandPdu(write, ReadWriteTest.random(BLOCK, 1));
      queue.send(Arrays.copyOf(pdu, 1000));
      while (abort(write) == NOT_ABORTED) {
        Thread.onSpinWait(); // it has not arrived
      }
      assertThat(statusOf(write)).isEqualTo(NvmeStatus.ABORT_REQUESTED);
      queue.send(Arrays.copyOfRange(pdu, 1000, pdu.length));
      assertThat(queue.read(0, 1, BLOCK).data()).isEqualTo(new byte[BLOCK]);
    }
  }

  @Test
  void shouldEndTheFirstOfAPairThatWaitsForTheSecond() throws IOException {
    ByteBuffer compare = TestHost.capsuleSgl(queue.io(IoOpcode.COMPARE, 0, 1), BLOCK);
    queue.sendCommand(compare.put(1, (byte) 0x41), new byte[BLOCK]);
    while (abort(compare) == NOT_ABORTED) {
      Thread.onSpinWait();
    }
    assertThat(statusOf(compare)).isEqualTo(NvmeStatus.ABORT_REQUESTED);
    ByteBuffer write = TestHost.capsuleSgl(queue.io(IoOpcode.WRITE, 0, 1), BLOCK);
    assertThat(queue.command(write.put(1, (byte) 0x42), new byte[BLOCK]).code())
        .isEqualTo(NvmeStatus.ABORTED_MISSING_FUSED);
  }

  @Test
  void shouldEndBothOfAPairThatWaitsForData() throws IOException {
    for (int round = 0; round < 20; round++) {
      ByteBuffer compare = queue.io(IoOpcode.COMPARE, 0, 32).put(1, (byte) 0x41);
      ByteBuffer write = queue.io(IoOpcode.WRITE, 0, 32).put(1, (byte) 0x42);
      queue.sendCommand(TestHost.transportSgl(compare, 32 * BLOCK), null);
      queue.sendCommand(TestHost.transportSgl(write, 32 * BLOCK), null);
      TestHost.Pdu first = queue.readPdu();
      TestHost.Pdu second = queue.readPdu();
      boolean abortsSecond = round % 2 == 0;
      assertThat(abort(abortsSecond ? write : compare)).isEqualTo(ABORTED);
      assertThat(statusOf(abortsSecond ? write : compare)).isEqualTo(NvmeStatus.ABORT_REQUESTED);
      assertThat(statusOf(abortsSecond ? compare : write))
          .isEqualTo(NvmeStatus.ABORTED_FAILED_FUSED);
      byte[] data = ReadWriteTest.random(32 * BLOCK, 1);
      queue.sendData(second.header().getShort(8), second.header().getShort(10), 0, data, 4);
      queue.sendData(first.header().getShort(8), first.header().getShort(10), 0, data, 4);
      assertThat(queue.read(0, 32, BLOCK).data()).isEqualTo(new byte[32 * BLOCK]);
    }
  }

  @Test
  void shouldSayThatNothingWasAborted() throws IOException {
    assertThat(abortCommand(1, 77)).isEqualTo(NOT_ABORTED);
    assertThat(abortCommand(3, 77)).isEqualTo(NOT_ABORTED);
  }

  @Test
  void shouldRefuseAnIdentifierThatIsInUse() throws IOException {
    byte[] data = ReadWriteTest.random(2 * BLOCK, 2);
    ByteBuffer write = TestHost.transportSgl(queue.io(IoOpcode.WRITE, 0, 2), data.length);
    queue.sendCommand(write, null);
    TestHost.Pdu ask = queue.readPdu();
    ByteBuffer second = TestHost.capsuleSgl(queue.io(IoOpcode.WRITE, 5, 1), BLOCK);
    second.putShort(2, write.getShort(2));
    assertThat(queue.command(second, ReadWriteTest.random(BLOCK, 3)).code())
        .isEqualTo(NvmeStatus.COMMAND_ID_CONFLICT);
    queue.sendData(ask.header().getShort(8), ask.header().getShort(10), 0, data, 4);
    assertThat(statusOf(write)).isZero();
    assertThat(queue.read(0, 2, BLOCK).data()).isEqualTo(data);
    assertThat(queue.read(5, 1, BLOCK).data()).isEqualTo(new byte[BLOCK]);
    second.putShort(2, write.getShort(2));
    assertThat(queue.command(second, new byte[BLOCK]).code()).as("it is free again").isZero();
  }

  @Test
  void shouldRefuseTwoEventRequestsOfOneIdentifier() throws IOException {
    ByteBuffer event = admin.entry(0x0C);
    admin.sendCommand(event, null);
    assertThat(admin.command(event, null).code()).isEqualTo(NvmeStatus.COMMAND_ID_CONFLICT);
  }

  @Test
  void shouldEndEventRequestsByAReset() throws IOException {
    try (TestHost other = running.admin()) {
      ByteBuffer event = other.entry(0x0C);
      other.sendCommand(event, null);
      assertThat(other.command(other.propertySet(0x14, 0x0046_0000), null).code()).isZero();
      assertThat(other.awaitReply(event.getShort(2)).code()).isEqualTo(NvmeStatus.ABORT_REQUESTED);
      other.enable();
      other.sendCommand(event, null);
      assertThat(other.command(other.entry(0x18), null).code()).isZero();
    }
  }

  private int statusOf(ByteBuffer sqe) throws IOException {
    return queue.awaitReply(sqe.getShort(2) & 0xFFFF).code();
  }

  private int abort(ByteBuffer sqe) throws IOException {
    return abortCommand(1, sqe.getShort(2));
  }

  private int abortCommand(int queueId, int commandId) throws IOException {
    ByteBuffer sqe = admin.entry(0x08).putInt(40, queueId | commandId << 16);
    return (int) admin.command(sqe, null).result();
  }
}
