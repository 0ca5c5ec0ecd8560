package io.ashlar.target.nvme;

import static org.assertj.core.api.Assertions.assertThat;

import io.ashlar.core.volume.BlockStatus;
import io.ashlar.simulation.HoldPoint;
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
  private static final int PREEMPT = 1;
  private static final int PREEMPT_AND_ABORT = 2;
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
    ByteBuffer report = report();
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
  void shouldAbortWhatAPreemptedHostHasUnderWay() throws IOException {
    register(ourQueue, 0, 0, 0xA);
    register(theirQueue, 0, 0, 0xB);
    acquire(theirQueue, 0, WRITE_EXCLUSIVE, 0xB, 0);
    hold();
    ByteBuffer held = TestHost.capsuleSgl(theirQueue.io(IoOpcode.WRITE, 0, 1), 4096);
    theirQueue.sendCommand(held, ReadWriteTest.random(4096, 1));
    awaitPending(1);
    ByteBuffer waiting = TestHost.transportSgl(theirQueue.io(IoOpcode.WRITE, 1, 2), 8192);
    theirQueue.sendCommand(waiting, null);
    TestHost.Pdu ask = theirQueue.readPdu();
    assertThat(acquire(ourQueue, PREEMPT_AND_ABORT, WRITE_EXCLUSIVE, 0xA, 0xB)).isZero();
    assertThat(theirQueue.awaitReply(held.getShort(2)).code())
        .isEqualTo(NvmeStatus.ABORTED_BY_PREEMPTION);
    assertThat(theirQueue.awaitReply(waiting.getShort(2)).code())
        .isEqualTo(NvmeStatus.ABORTED_BY_PREEMPTION);
    theirQueue.sendData(ask.header().getShort(8), ask.header().getShort(10), 0, new byte[8192], 4);
    assertThat(theirQueue.writeInCapsule(0, 1, new byte[4096]).code())
        .isEqualTo(NvmeStatus.RESERVATION_CONFLICT);
    assertThat(running.onShard(running.volume::mappedBlocks)).isZero();
  }

  /// What the volume has taken already goes on, and is over when the abort is answered: its host
  /// has nothing left that could still reach the disk.
  @Test
  void shouldAnswerAnAbortOnlyAfterWhatItCouldNotWithdraw() throws IOException {
    register(ourQueue, 0, 0, 0xA);
    register(theirQueue, 0, 0, 0xB);
    ByteBuffer ranges = TestHost.le(32).putInt(4, 1).putLong(8, 5).putInt(20, 1).putLong(24, 9);
    assertThat(ourQueue.writeInCapsule(9, 1, ReadWriteTest.random(4096, 2)).code()).isZero();
    hold(HoldPoint.AFTER_EFFECT);
    ByteBuffer held = theirQueue.entry(IoOpcode.DATASET_MANAGEMENT).putInt(4, 1);
    TestHost.capsuleSgl(held.putInt(40, 1).putInt(44, 4), 32);
    theirQueue.sendCommand(held, ranges.array());
    awaitPending(1);
    ByteBuffer preempt =
        keysEntry(ourQueue, IoOpcode.RESERVATION_ACQUIRE, PREEMPT_AND_ABORT | WRITE_EXCLUSIVE << 8);
    ourQueue.sendCommand(preempt, TestHost.le(16).putLong(0, 0xA).putLong(8, 0xB).array());
    ourQueue.sendCommand(TestHost.transportSgl(ourQueue.io(IoOpcode.READ, 0, 1), 4096), null);
    assertThat(ourQueue.readPdu().type())
        .as("a read overtakes the abort, which waits")
        .isEqualTo(7);
    release();
    assertThat(theirQueue.awaitReply(held.getShort(2)).code())
        .isEqualTo(NvmeStatus.ABORTED_BY_PREEMPTION);
    assertThat(ourQueue.awaitReply(preempt.getShort(2)).code()).isZero();
    assertThat(running.onShard(running.volume::mappedBlocks))
        .as("its second range is not begun")
        .isEqualTo(1);
  }

  @Test
  void shouldLetAPreemptedHostFinishIfItIsNotToBeAborted() throws IOException {
    register(ourQueue, 0, 0, 0xA);
    register(theirQueue, 0, 0, 0xB);
    hold();
    ByteBuffer held = TestHost.capsuleSgl(theirQueue.io(IoOpcode.WRITE, 0, 1), 4096);
    theirQueue.sendCommand(held, ReadWriteTest.random(4096, 1));
    awaitPending(1);
    assertThat(acquire(ourQueue, PREEMPT, WRITE_EXCLUSIVE, 0xA, 0xB)).isZero();
    release();
    assertThat(theirQueue.awaitReply(held.getShort(2)).code()).isZero();
  }

  @Test
  void shouldUndoAChangeThatCannotBeSaved() throws IOException {
    register(ourQueue, 0, 0, 0xA);
    running.onShard(() -> {
      running.volume.failNext(BlockStatus.MEDIUM_ERROR);
      return 0;
    });
    assertThat(acquire(ourQueue, 0, WRITE_EXCLUSIVE, 0xA, 0)).isEqualTo(NvmeStatus.INTERNAL_ERROR);
    assertThat(theirQueue.writeInCapsule(0, 1, new byte[4096]).code()).isZero();
    assertThat(reportedType()).isZero();
    assertThat(acquire(ourQueue, 0, WRITE_EXCLUSIVE, 0xA, 0)).isZero();
    assertThat(reportedType()).isEqualTo((byte) WRITE_EXCLUSIVE);
  }

  @Test
  void shouldNotBuildOnAChangeThatIsUndone() throws IOException {
    hold();
    ByteBuffer first = keysEntry(ourQueue, IoOpcode.RESERVATION_REGISTER, 0);
    ourQueue.sendCommand(first, TestHost.le(16).putLong(8, 0xA).array());
    awaitPending(1);
    ByteBuffer second = keysEntry(theirQueue, IoOpcode.RESERVATION_REGISTER, 0);
    theirQueue.sendCommand(second, TestHost.le(16).putLong(8, 0xB).array());
    ByteBuffer third = keysEntry(theirQueue, IoOpcode.RESERVATION_ACQUIRE, WRITE_EXCLUSIVE << 8);
    theirQueue.sendCommand(third, TestHost.le(16).putLong(0, 0xB).array());
    assertThat(theirQueue.read(0, 1, 4096).code()).isZero();
    assertThat(running.onShard(running.volume::pending)).as("one after the other").isEqualTo(1);
    running.onShard(() -> {
      running.volume.failNext(BlockStatus.OFFLINE);
      running.volume.releaseHeld();
      return 0;
    });
    assertThat(ourQueue.awaitReply(first.getShort(2)).code())
        .isEqualTo(NvmeStatus.INTERNAL_PATH_ERROR);
    assertThat(theirQueue.awaitReply(second.getShort(2)).code()).isZero();
    assertThat(theirQueue.awaitReply(third.getShort(2)).code()).isZero();
    ByteBuffer report = report();
    assertThat(report.getShort(5)).isEqualTo((short) 1);
    assertThat(report.getLong(64 + 8)).isEqualTo(0xB);
  }

  @Test
  void shouldForgetAChangeThatWaitsWhenItsHostLeaves() throws IOException {
    hold();
    ByteBuffer first = keysEntry(ourQueue, IoOpcode.RESERVATION_REGISTER, 0);
    ourQueue.sendCommand(first, TestHost.le(16).putLong(8, 0xA).array());
    awaitPending(1);
    ByteBuffer second = keysEntry(theirQueue, IoOpcode.RESERVATION_REGISTER, 0);
    theirQueue.sendCommand(second, TestHost.le(16).putLong(8, 0xB).array());
    assertThat(theirQueue.read(0, 1, 4096).code()).isZero();
    theirQueue.close();
    while (running.target.connectionCount() > 3) {
      Thread.onSpinWait();
    }
    // The queue hears of it a turn of its loop later than the count.
    for (int turns = 0; turns < 2; turns++) {
      running.onShard(() -> 0);
    }
    release();
    assertThat(ourQueue.awaitReply(first.getShort(2)).code()).isZero();
    assertThat(report().getShort(5)).isEqualTo((short) 1);
  }

  private void hold() {
    hold(HoldPoint.BEFORE_EFFECT);
  }

  private void hold(HoldPoint point) {
    running.onShard(() -> {
      running.volume.holdNext(point);
      return 0;
    });
  }

  private void release() {
    running.onShard(() -> {
      running.volume.releaseHeld();
      return 0;
    });
  }

  private void awaitPending(int count) {
    while (running.onShard(running.volume::pending) < count) {
      Thread.onSpinWait();
    }
  }

  private byte reportedType() throws IOException {
    return report().get(4);
  }

  private ByteBuffer report() throws IOException {
    ByteBuffer sqe = ourQueue.entry(IoOpcode.RESERVATION_REPORT).putInt(4, 1);
    sqe.putInt(40, 4096 / 4 - 1).putInt(44, 1);
    byte[] data = ourQueue.command(TestHost.transportSgl(sqe, 4096), null).data();
    return TestHost.le(4096).put(0, data);
  }

  /// CPTPL of Reservation Register (Base 2.0, 7.3): keep, off, on; 01b is reserved.
  @Test
  void shouldKeepRegistrationsOverALossOfPowerIfAskedTo() throws IOException {
    int off = 2 << 30;
    int on = 3 << 30;
    assertThat(register(ourQueue, 1 << 30, 0, 0xA)).isEqualTo(NvmeStatus.INVALID_FIELD);
    assertThat(report().get(9)).isZero();
    assertThat(register(ourQueue, on, 0, 0xA)).isZero();
    assertThat(report().get(9)).isEqualTo((byte) 1);
    assertThat(register(theirQueue, 0, 0, 0xB)).isZero();
    assertThat(report().get(9)).as("kept").isEqualTo((byte) 1);
    assertThat(register(theirQueue, off | 2, 0xC, 0xD)).isEqualTo(NvmeStatus.RESERVATION_CONFLICT);
    assertThat(report().get(9)).as("a refused command changes nothing").isEqualTo((byte) 1);
    assertThat(register(theirQueue, off | 2, 0xB, 0xD)).isZero();
    assertThat(report().get(9)).isZero();
  }

  /// IEKEY counts with Register alone, and of a registrant alone.
  @Test
  void shouldIgnoreTheKeyOnlyWhereThatIsAllowed() throws IOException {
    int ignore = 1 << 3;
    assertThat(register(ourQueue, 2 | ignore, 0, 0xA)).isEqualTo(NvmeStatus.RESERVATION_CONFLICT);
    assertThat(register(ourQueue, 0, 0, 0xA)).isZero();
    assertThat(register(ourQueue, 2 | ignore, 0xDEAD, 0xC)).isZero();
    assertThat(report().getLong(64 + 8)).isEqualTo(0xC);
    assertThat(acquire(ourQueue, ignore, WRITE_EXCLUSIVE, 0xC, 0))
        .isEqualTo(NvmeStatus.INVALID_FIELD);
    assertThat(acquire(ourQueue, 0, WRITE_EXCLUSIVE, 0xC, 0)).isZero();
    assertThat(release(ourQueue, ignore, WRITE_EXCLUSIVE, 0xC)).isEqualTo(NvmeStatus.INVALID_FIELD);
    assertThat(register(ourQueue, 1 | ignore, 0xDEAD, 0)).isZero();
    assertThat(report().getShort(5)).as("nobody is registered").isZero();
  }

  @Test
  void shouldClearEverythingOrReleaseByTypeOnly() throws IOException {
    register(ourQueue, 0, 0, 0xA);
    register(theirQueue, 0, 0, 0xB);
    acquire(ourQueue, 0, WRITE_EXCLUSIVE, 0xA, 0);
    assertThat(release(ourQueue, 2, WRITE_EXCLUSIVE, 0xA)).isEqualTo(NvmeStatus.INVALID_FIELD);
    assertThat(release(ourQueue, 0, 0, 0xA)).isEqualTo(NvmeStatus.INVALID_FIELD);
    assertThat(release(ourQueue, 0, EXCLUSIVE_ACCESS, 0xA)).isEqualTo(NvmeStatus.INVALID_FIELD);
    assertThat(release(theirQueue, 1, 0, 0xA)).isEqualTo(NvmeStatus.RESERVATION_CONFLICT);
    assertThat(reportedType()).isEqualTo((byte) WRITE_EXCLUSIVE);
    assertThat(release(theirQueue, 1, 0, 0xB)).isZero();
    assertThat(reportedType()).isZero();
    assertThat(report().getShort(5)).isZero();
  }

  @Test
  void shouldAbortNothingByAPreemptThatFails() throws IOException {
    register(ourQueue, 0, 0, 0xA);
    register(theirQueue, 0, 0, 0xB);
    assertThat(acquire(ourQueue, PREEMPT_AND_ABORT, WRITE_EXCLUSIVE, 0xDEAD, 0xB))
        .isEqualTo(NvmeStatus.RESERVATION_CONFLICT);
    assertThat(report().getShort(5)).isEqualTo((short) 2);
  }

  @Test
  void shouldRefuseReportsWithoutRoomAndKeysThatAreMissing() throws IOException {
    ByteBuffer report = ourQueue.entry(IoOpcode.RESERVATION_REPORT).putInt(4, 1);
    report.putInt(40, 1023).putInt(44, 1);
    assertThat(ourQueue.command(TestHost.transportSgl(report, 2048), null).code())
        .isEqualTo(NvmeStatus.DATA_SGL_LENGTH_INVALID);
    ByteBuffer huge = ourQueue.entry(IoOpcode.RESERVATION_REPORT).putInt(4, 1);
    huge.putInt(40, -1).putInt(44, 1);
    assertThat(ourQueue.command(TestHost.transportSgl(huge, 4096), null).code())
        .isEqualTo(NvmeStatus.INVALID_FIELD);
    ByteBuffer brief = ourQueue.entry(IoOpcode.RESERVATION_REPORT).putInt(4, 1).putInt(40, 15);
    assertThat(ourQueue.command(TestHost.transportSgl(brief, 64), null).code())
        .as("identifiers of 128 bits need the extended form")
        .isEqualTo(NvmeStatus.HOST_IDENTIFIER_INCONSISTENT);
    ByteBuffer keys = ourQueue.entry(IoOpcode.RESERVATION_REGISTER).putInt(4, 1);
    assertThat(ourQueue.command(TestHost.capsuleSgl(keys, 8), new byte[8]).code())
        .isEqualTo(NvmeStatus.DATA_SGL_LENGTH_INVALID);
  }

  /// A notice that the host does not want is not made; each reading takes one, and more are told.
  @Test
  void shouldKeepNoticesThatAreNotMaskedUntilEachIsRead() throws IOException {
    ByteBuffer mask = theirs.entry(0x09).putInt(4, 1).putInt(40, 0x82).putInt(44, 1 << 2);
    assertThat(theirs.command(mask, null).code()).isZero();
    for (int round = 0; round < 70; round++) {
      register(theirQueue, 0, 0, 0xB);
      register(ourQueue, 0, 0, 0xA);
      acquire(theirQueue, 0, WRITE_EXCLUSIVE, 0xB, 0);
      assertThat(acquire(ourQueue, PREEMPT, WRITE_EXCLUSIVE, 0xA, 0xB)).isZero();
      assertThat(release(ourQueue, 1, 0, 0xA)).isZero();
    }
    byte[] retained = AdminCommandsTest.logPage(theirs, 0x80 | 1 << 15, 64, 0).data();
    assertThat(retained[8]).as("registration preempted").isEqualTo((byte) 1);
    assertThat(retained[9]).as("as many as are kept").isEqualTo((byte) 63);
    byte[] first = AdminCommandsTest.logPage(theirs, 0x80, 64, 0).data();
    assertThat(first).isEqualTo(retained);
    long lost = TestHost.le(64).put(0, first).getLong(0) - 1;
    assertThat(lost).as("the count shows the gap").isPositive();
    ByteBuffer event = theirs.entry(0x0C);
    theirs.sendCommand(event, null);
    assertThat((int) theirs.awaitReply(event.getShort(2)).result()).isEqualTo(0x80_00_06);
    assertThat(AdminCommandsTest.logPage(theirs, 0x80, 64, 0).data()[9]).isEqualTo((byte) 62);
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
    return queue.command(keysEntry(queue, opcode, cdw10), data.array()).code();
  }

  private static ByteBuffer keysEntry(TestHost queue, int opcode, int cdw10) {
    ByteBuffer sqe = queue.entry(opcode).putInt(4, 1).putInt(40, cdw10);
    return TestHost.capsuleSgl(sqe, 16);
  }
}
