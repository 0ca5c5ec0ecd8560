package io.ashlar.target.nvme;

import static org.assertj.core.api.Assertions.assertThat;

import io.ashlar.target.nvme.spec.IoOpcode;
import io.ashlar.target.nvme.spec.NvmeStatus;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Compare and Write as a pair of which one half is wrong (NVM 1.0, 2.1.5.1): each half is
/// answered, neither is carried out, and what comes after is served as ever.
@SuppressWarnings("NullAway.Init")
class FusedCommandsTest {
  private static final int BLOCK = 4096;
  private static final int FIRST = 1;
  private static final int SECOND = 2;
  private static final int SGL_KIND_OFFSET = 39;
  private static final int SGL_OF_NO_KIND = 0x33;

  private final RunningTarget running = RunningTarget.of4KiBlocks();
  private final byte[] old = new byte[BLOCK];
  private final byte[] next = ReadWriteTest.random(BLOCK, 1);
  private TestHost admin;
  private TestHost queue;

  @BeforeEach
  void connect() throws IOException {
    admin = running.admin();
    queue = running.queue(admin, 1);
  }

  @AfterEach
  void stop() throws IOException {
    queue.close();
    admin.close();
    running.close();
  }

  private ByteBuffer half(int opcode, int fuse, long lba) {
    ByteBuffer sqe = TestHost.capsuleSgl(queue.io(opcode, lba, 1), BLOCK);
    return sqe.put(1, (byte) (0x40 | fuse));
  }

  private int statusOf(ByteBuffer sqe) throws IOException {
    return queue.awaitReply(sqe.getShort(2) & 0xFFFF).code();
  }

  private void assertServes() throws IOException {
    assertThat(queue.read(0, 1, BLOCK).data()).as("nothing was written").isEqualTo(old);
    for (int lba = 1; lba < 4; lba++) {
      assertThat(queue.writeInCapsule(lba, 1, next).code()).isZero();
      assertThat(queue.read(lba, 1, BLOCK).data()).isEqualTo(next);
    }
    ByteBuffer compare = half(IoOpcode.COMPARE, FIRST, 0);
    ByteBuffer write = half(IoOpcode.WRITE, SECOND, 0);
    queue.sendCommand(compare, old);
    queue.sendCommand(write, next);
    assertThat(statusOf(compare)).isZero();
    assertThat(statusOf(write)).isZero();
    assertThat(queue.read(0, 1, BLOCK).data()).isEqualTo(next);
  }

  @Test
  void shouldFailTheSecondWhereTheFirstNamesItsDataWrongly() throws IOException {
    ByteBuffer compare = half(IoOpcode.COMPARE, FIRST, 0);
    compare.put(SGL_KIND_OFFSET, (byte) SGL_OF_NO_KIND);
    ByteBuffer write = half(IoOpcode.WRITE, SECOND, 0);
    queue.sendCommand(compare, old);
    queue.sendCommand(write, next);
    assertThat(statusOf(compare)).isEqualTo(NvmeStatus.SGL_TYPE_INVALID);
    assertThat(statusOf(write)).isEqualTo(NvmeStatus.ABORTED_FAILED_FUSED);
    assertServes();
  }

  /// The slot of the command that failed is the next one's.
  @Test
  void shouldNotMistakeTheNextCommandForTheFirstThatFailed() throws IOException {
    ByteBuffer compare = half(IoOpcode.COMPARE, FIRST, 0);
    compare.put(SGL_KIND_OFFSET, (byte) SGL_OF_NO_KIND);
    queue.sendCommand(compare, old);
    assertThat(statusOf(compare)).isEqualTo(NvmeStatus.SGL_TYPE_INVALID);
    assertServes();
  }

  @Test
  void shouldFailTheFirstWhereTheSecondNamesItsDataWrongly() throws IOException {
    ByteBuffer compare = half(IoOpcode.COMPARE, FIRST, 0);
    ByteBuffer write = half(IoOpcode.WRITE, SECOND, 0);
    write.put(SGL_KIND_OFFSET, (byte) SGL_OF_NO_KIND);
    queue.sendCommand(compare, old);
    queue.sendCommand(write, next);
    assertThat(statusOf(write)).isEqualTo(NvmeStatus.SGL_TYPE_INVALID);
    assertThat(statusOf(compare)).isEqualTo(NvmeStatus.ABORTED_FAILED_FUSED);
    assertServes();
  }

  @Test
  void shouldFailTheSecondWhereTheFirstIsOutOfRange() throws IOException {
    long end = running.volume.geometry().logicalBlocks();
    ByteBuffer compare = half(IoOpcode.COMPARE, FIRST, end);
    ByteBuffer write = half(IoOpcode.WRITE, SECOND, end);
    queue.sendCommand(compare, old);
    queue.sendCommand(write, next);
    assertThat(statusOf(compare)).isEqualTo(NvmeStatus.LBA_OUT_OF_RANGE);
    assertThat(statusOf(write)).isEqualTo(NvmeStatus.ABORTED_FAILED_FUSED);
    ByteBuffer alone = half(IoOpcode.WRITE, SECOND, 0);
    assertThat(queue.command(alone, next).code())
        .as("that one's first is long gone")
        .isEqualTo(NvmeStatus.ABORTED_MISSING_FUSED);
    assertServes();
  }

  @Test
  void shouldEndAFirstBehindWhichAnotherFirstComes() throws IOException {
    ByteBuffer lonely = half(IoOpcode.COMPARE, FIRST, 0);
    queue.sendCommand(lonely, old);
    ByteBuffer compare = half(IoOpcode.COMPARE, FIRST, 9);
    queue.sendCommand(compare, old);
    ByteBuffer write = half(IoOpcode.WRITE, SECOND, 9);
    queue.sendCommand(write, next);
    assertThat(statusOf(lonely)).isEqualTo(NvmeStatus.ABORTED_MISSING_FUSED);
    assertThat(statusOf(compare)).isZero();
    assertThat(statusOf(write)).isZero();
    assertServes();
  }

  /// The half whose data is damaged says so; the other could not be carried out without it.
  @ParameterizedTest
  @ValueSource(ints = {FIRST, SECOND})
  void shouldFailBothWhereTheDataOfOneIsDamaged(int damaged) throws IOException {
    queue.close();
    queue = TestHost.initialized(running.address, TestHost.DATA_DIGEST);
    queue.connectOk(2, 32, admin.controllerId, running.nqn(), RunningTarget.HOST);
    ByteBuffer compare = half(IoOpcode.COMPARE, FIRST, 0);
    ByteBuffer write = half(IoOpcode.WRITE, SECOND, 0);
    byte[][] pdus = {queue.commandPdu(compare, old), queue.commandPdu(write, next)};
    pdus[damaged - 1][1000] ^= 1;
    queue.send(pdus[0]);
    queue.send(pdus[1]);
    int first = statusOf(compare);
    int second = statusOf(write);
    assertThat(damaged == FIRST ? first : second).isEqualTo(NvmeStatus.TRANSIENT_TRANSPORT_ERROR);
    assertThat(damaged == FIRST ? second : first).isEqualTo(NvmeStatus.ABORTED_FAILED_FUSED);
    assertServes();
  }

  @ParameterizedTest
  @CsvSource({"1, 1, 0x002", "1, 3, 0x002", "2, 2, 0x00A", "2, 1, 0x002"})
  void shouldFuseCompareAndWriteInThatOrderAlone(int opcode, int fuse, String code)
      throws IOException {
    ByteBuffer sqe = half(opcode, fuse, 0);
    boolean reads = opcode == IoOpcode.READ;
    int status =
        reads
            ? queue.command(TestHost.transportSgl(sqe, BLOCK), null).code()
            : queue.command(sqe, old).code();
    assertThat(status).isEqualTo(Integer.decode(code));
    assertServes();
  }

  @Test
  void shouldNotFuseACompareWithARead() throws IOException {
    ByteBuffer compare = half(IoOpcode.COMPARE, FIRST, 0);
    ByteBuffer read = TestHost.transportSgl(half(IoOpcode.READ, SECOND, 0), BLOCK);
    queue.sendCommand(compare, old);
    queue.sendCommand(read, null);
    assertThat(statusOf(compare)).isEqualTo(NvmeStatus.ABORTED_FAILED_FUSED);
    assertThat(statusOf(read)).isEqualTo(NvmeStatus.INVALID_FIELD);
    assertServes();
  }
}
