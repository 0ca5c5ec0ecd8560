package io.ashlar.target.nvme;

import static org.assertj.core.api.Assertions.assertThat;

import io.ashlar.target.nvme.spec.IoOpcode;
import io.ashlar.target.nvme.spec.NvmeStatus;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Two hosts and one volume.
@SuppressWarnings({"ByteBufferBackingArray", "NullAway.Init"})
class ReservationCommandsTest {
  private static final int WRITE_EXCLUSIVE = 1;
  private static final int EXCLUSIVE_ACCESS = 2;
  private final RunningTarget running = RunningTarget.of4KiBlocks();
  private TestHost ours;
  private TestHost ourQueue;
  private TestHost theirs;
  private TestHost theirQueue;

  @BeforeEach
  void connect() throws IOException {
    ours = running.admin();
    ourQueue = running.queue(ours, 1);
    theirs = TestHost.admin(running.address, running.nqn(), RunningTarget.OTHER_HOST);
    theirQueue = theirs.ioQueue(running.address, 1, 32, running.nqn(), RunningTarget.OTHER_HOST);
  }

  @AfterEach
  void stop() throws IOException {
    ours.close();
    theirs.close();
    running.close();
  }

  @Test
  void shouldKeepOtherHostsFromWriting() throws IOException {
    assertThat(register(ourQueue, 0, 0, 0xA)).isZero();
    assertThat(acquire(ourQueue, 0, WRITE_EXCLUSIVE, 0xA, 0)).isZero();
    assertThat(ourQueue.writeInCapsule(0, 1, new byte[4096]).code()).isZero();
    assertThat(theirQueue.read(0, 1, 4096).code()).isZero();
    assertThat(theirQueue.writeInCapsule(0, 1, new byte[4096]).code())
        .isEqualTo(NvmeStatus.RESERVATION_CONFLICT);
    assertThat(theirQueue.command(theirQueue.io(IoOpcode.WRITE_ZEROES, 0, 1), null).code())
        .isEqualTo(NvmeStatus.RESERVATION_CONFLICT);
    assertThat(release(ourQueue, 0, WRITE_EXCLUSIVE, 0xA)).isZero();
    assertThat(theirQueue.writeInCapsule(0, 1, new byte[4096]).code()).isZero();
  }

  @Test
  void shouldKeepOtherHostsFromReadingToo() throws IOException {
    register(ourQueue, 0, 0, 0xA);
    acquire(ourQueue, 0, EXCLUSIVE_ACCESS, 0xA, 0);
    assertThat(theirQueue.read(0, 1, 4096).code()).isEqualTo(NvmeStatus.RESERVATION_CONFLICT);
  }

  @Test
  void shouldRefuseWrongKeysAndUnknownActions() throws IOException {
    assertThat(acquire(ourQueue, 0, 1, 0xA, 0)).isEqualTo(NvmeStatus.RESERVATION_CONFLICT);
    assertThat(register(ourQueue, 0, 0, 0xA)).isZero();
    assertThat(register(ourQueue, 0, 0, 0xB)).isEqualTo(NvmeStatus.RESERVATION_CONFLICT);
    assertThat(register(ourQueue, 2, 0xC, 0xB)).isEqualTo(NvmeStatus.RESERVATION_CONFLICT);
    assertThat(register(ourQueue, 2, 0xA, 0xB)).isZero();
    assertThat(register(ourQueue, 3, 0xB, 0xA)).isEqualTo(NvmeStatus.INVALID_FIELD);
    assertThat(acquire(ourQueue, 0, 0, 0xB, 0)).isEqualTo(NvmeStatus.INVALID_FIELD);
    assertThat(acquire(ourQueue, 0, 7, 0xB, 0)).isEqualTo(NvmeStatus.INVALID_FIELD);
    assertThat(acquire(ourQueue, 5, 1, 0xB, 0)).isEqualTo(NvmeStatus.INVALID_FIELD);
    assertThat(release(ourQueue, 0, 1, 0xA)).isEqualTo(NvmeStatus.RESERVATION_CONFLICT);
    assertThat(register(ourQueue, 1, 0xA, 0)).isEqualTo(NvmeStatus.RESERVATION_CONFLICT);
    assertThat(register(ourQueue, 1, 0xB, 0)).isZero();
  }

  @Test
  void shouldTellAPreemptedHost() throws IOException {
    register(ourQueue, 0, 0, 0xA);
    register(theirQueue, 0, 0, 0xB);
    acquire(theirQueue, 0, WRITE_EXCLUSIVE, 0xB, 0);
    ByteBuffer event = theirs.entry(0x0C);
    theirs.sendCommand(event, null);
    assertThat(acquire(ourQueue, 1, WRITE_EXCLUSIVE, 0xA, 0xB)).isZero();
    assertThat((int) theirs.awaitReply(event.getShort(2)).result()).isEqualTo(0x80_00_06);
    byte[] page = AdminCommandsTest.logPage(theirs, 0x80, 64, 0).data();
    assertThat(page[8]).isEqualTo((byte) 1);
    assertThat(page[12]).isEqualTo((byte) 1);
    assertThat(theirQueue.writeInCapsule(0, 1, new byte[4096]).code())
        .isEqualTo(NvmeStatus.RESERVATION_CONFLICT);
    assertThat(ourQueue.writeInCapsule(0, 1, new byte[4096]).code()).isZero();
    assertThat(AdminCommandsTest.logPage(theirs, 0x80, 64, 0).data()).isEqualTo(new byte[64]);
  }

  @Test
  void shouldReportRegistrantsAndHolder() throws IOException {
    register(ourQueue, 0, 0, 0xA);
    register(theirQueue, 0, 0, 0xB);
    acquire(theirQueue, 0, WRITE_EXCLUSIVE, 0xB, 0);
    ByteBuffer sqe = ourQueue.entry(IoOpcode.RESERVATION_REPORT).putInt(4, 1);
    sqe.putInt(40, 4096 / 4 - 1).putInt(44, 1);
    byte[] data = ourQueue.command(TestHost.transportSgl(sqe, 4096), null).data();
    ByteBuffer report = TestHost.le(4096).put(0, data);
    assertThat(report.get(4)).isEqualTo((byte) WRITE_EXCLUSIVE);
    assertThat(report.getShort(5)).isEqualTo((short) 2);
    assertThat(report.getLong(64 + 8)).isEqualTo(0xA);
    assertThat(report.get(64 + 2)).isZero();
    assertThat(report.getLong(128 + 8)).isEqualTo(0xB);
    assertThat(report.get(128 + 2)).isEqualTo((byte) 1);
    assertThat(report.getLong(128 + 16)).isEqualTo(0x1111);
    ByteBuffer brief = ourQueue.entry(IoOpcode.RESERVATION_REPORT).putInt(4, 1).putInt(40, 15);
    assertThat(ourQueue.command(TestHost.transportSgl(brief, 64), null).code())
        .isEqualTo(NvmeStatus.HOST_IDENTIFIER_INCONSISTENT);
  }

  @Test
  void shouldKeepPersistenceAsAFeature() throws IOException {
    ByteBuffer set = ours.entry(0x09).putInt(4, 1).putInt(40, 0x83).putInt(44, 1);
    assertThat(ours.command(set, null).code()).isZero();
    ByteBuffer get = ours.entry(0x0A).putInt(4, 1).putInt(40, 0x83);
    assertThat(ours.command(get, null).result()).isEqualTo(1);
  }

  static int register(TestHost queue, int action, long currentKey, long key) throws IOException {
    return keys(queue, IoOpcode.RESERVATION_REGISTER, action, currentKey, key);
  }

  static int acquire(TestHost queue, int action, int type, long key, long preempted)
      throws IOException {
    return keys(queue, IoOpcode.RESERVATION_ACQUIRE, action | type << 8, key, preempted);
  }

  static int release(TestHost queue, int action, int type, long key) throws IOException {
    return keys(queue, IoOpcode.RESERVATION_RELEASE, action | type << 8, key, 0);
  }

  private static int keys(TestHost queue, int opcode, int cdw10, long first, long second)
      throws IOException {
    ByteBuffer data = TestHost.le(16).putLong(0, first).putLong(8, second);
    ByteBuffer sqe = queue.entry(opcode).putInt(4, 1).putInt(40, cdw10);
    return queue.command(TestHost.capsuleSgl(sqe, 16), data.array()).code();
  }
}
