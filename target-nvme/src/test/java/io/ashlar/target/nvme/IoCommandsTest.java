package io.ashlar.target.nvme;

import static org.assertj.core.api.Assertions.assertThat;

import io.ashlar.core.volume.BlockStatus;
import io.ashlar.target.nvme.spec.IoOpcode;
import io.ashlar.target.nvme.spec.NvmeStatus;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Every I/O command, done rightly and wrongly.
@SuppressWarnings({"ByteBufferBackingArray", "NullAway.Init"})
class IoCommandsTest {
  private static final int BLOCK = 4096;
  private final RunningTarget running = RunningTarget.of4KiBlocks();
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

  @Test
  void shouldFlush() throws IOException {
    assertThat(queue.command(queue.entry(IoOpcode.FLUSH).putInt(4, 1), null).code()).isZero();
    assertThat(queue.command(queue.entry(IoOpcode.FLUSH).putInt(4, -1), null).code()).isZero();
  }

  @Test
  void shouldWriteZeroes() throws IOException {
    write(10, 4, 1);
    assertThat(queue.command(queue.io(IoOpcode.WRITE_ZEROES, 11, 2), null).code()).isZero();
    byte[] expected = ReadWriteTest.random(4 * BLOCK, 1);
    Arrays.fill(expected, BLOCK, 3 * BLOCK, (byte) 0);
    assertThat(queue.read(10, 4, BLOCK).data()).isEqualTo(expected);
  }

  @Test
  void shouldDeallocateAllNamedRanges() throws IOException {
    write(0, 4, 1);
    ByteBuffer ranges = TestHost.le(4096); // longer than counted, as Linux sends it
    ranges.putInt(4, 1).putLong(8, 0);
    ranges.putInt(16 + 4, 0).putLong(16 + 8, 1);
    ranges.putInt(32 + 4, 1).putLong(32 + 8, 3);
    assertThat(deallocate(ranges, 3)).isZero();
    byte[] expected = ReadWriteTest.random(4 * BLOCK, 1);
    Arrays.fill(expected, 0, BLOCK, (byte) 0);
    Arrays.fill(expected, 3 * BLOCK, 4 * BLOCK, (byte) 0);
    assertThat(queue.read(0, 4, BLOCK).data()).isEqualTo(expected);
  }

  @Test
  void shouldDeallocateNothingIfOneRangeIsBeyondTheEnd() throws IOException {
    write(0, 1, 1);
    ByteBuffer ranges = TestHost.le(32);
    ranges.putInt(4, 1).putLong(8, 0);
    ranges.putInt(16 + 4, 2).putLong(16 + 8, running.volume.geometry().logicalBlocks() - 1);
    assertThat(deallocate(ranges, 2)).isEqualTo(NvmeStatus.LBA_OUT_OF_RANGE);
    assertThat(queue.read(0, 1, BLOCK).data()).isEqualTo(ReadWriteTest.random(BLOCK, 1));
  }

  @Test
  void shouldRefuseFewerRangesThanCounted() throws IOException {
    assertThat(deallocate(TestHost.le(16), 2)).isEqualTo(NvmeStatus.DATA_SGL_LENGTH_INVALID);
  }

  private int deallocate(ByteBuffer ranges, int count) throws IOException {
    ByteBuffer sqe = queue.entry(IoOpcode.DATASET_MANAGEMENT).putInt(4, 1);
    sqe.putInt(40, count - 1).putInt(44, 4);
    return queue.command(TestHost.capsuleSgl(sqe, ranges.capacity()), ranges.array()).code();
  }

  @Test
  void shouldCompare() throws IOException {
    byte[] data = write(3, 2, 7);
    assertThat(compare(3, data)).isZero();
    data[5000] ^= 1;
    assertThat(compare(3, data)).isEqualTo(NvmeStatus.COMPARE_FAILURE);
  }

  private int compare(long lba, byte[] data) throws IOException {
    ByteBuffer sqe = queue.io(IoOpcode.COMPARE, lba, data.length / BLOCK);
    return queue.command(TestHost.capsuleSgl(sqe, data.length), data).code();
  }

  @Test
  void shouldVerify() throws IOException {
    assertThat(queue.command(queue.io(IoOpcode.VERIFY, 0, 65536 / 4), null).code()).isZero();
    running.onShard(() -> {
      running.volume.failNext(BlockStatus.MEDIUM_ERROR);
      return 0;
    });
    assertThat(queue.command(queue.io(IoOpcode.VERIFY, 0, 1), null).code())
        .isEqualTo(NvmeStatus.UNRECOVERED_READ_ERROR);
  }

  @Test
  void shouldCopyRangesOneBehindTheOther() throws IOException {
    byte[] first = write(0, 2, 1);
    byte[] second = write(10, 1, 2);
    ByteBuffer ranges = TestHost.le(64);
    ranges.putLong(8, 10).putShort(16, (short) 0);
    ranges.putLong(32 + 8, 0).putShort(32 + 16, (short) 1);
    assertThat(copy(ranges, 2, 100, 0)).isZero();
    assertThat(queue.read(100, 1, BLOCK).data()).isEqualTo(second);
    assertThat(queue.read(101, 2, BLOCK).data()).isEqualTo(first);
  }

  @Test
  void shouldRefuseCopiesBeyondTheLimits() throws IOException {
    ByteBuffer ranges = TestHost.le(32 * 128);
    ranges.putLong(8, 0).putShort(16, (short) 4096);
    assertThat(copy(ranges, 1, 5000, 0)).isEqualTo(NvmeStatus.COMMAND_SIZE_LIMIT_EXCEEDED);
    assertThat(copy(ranges, 129, 5000, 0)).isEqualTo(NvmeStatus.COMMAND_SIZE_LIMIT_EXCEEDED);
    assertThat(copy(ranges, 1, 5000, 1)).isEqualTo(NvmeStatus.INVALID_FIELD);
    ranges.putShort(16, (short) 0);
    long end = running.volume.geometry().logicalBlocks();
    assertThat(copy(ranges, 1, end, 0)).isEqualTo(NvmeStatus.LBA_OUT_OF_RANGE);
    ranges.putLong(8, end);
    assertThat(copy(ranges, 1, 5000, 0)).isEqualTo(NvmeStatus.LBA_OUT_OF_RANGE);
  }

  @Test
  void shouldCopyNothingIfOneRangeOverlapsTheTarget() throws IOException {
    write(0, 2, 1);
    ByteBuffer ranges = TestHost.le(64);
    ranges.putLong(8, 0).putShort(16, (short) 1);
    ranges.putLong(32 + 8, 100).putShort(32 + 16, (short) 1);
    assertThat(copy(ranges, 2, 101, 0)).isEqualTo(NvmeStatus.INVALID_FIELD);
    ranges.putLong(32 + 8, 104);
    assertThat(copy(ranges, 2, 101, 0)).isEqualTo(NvmeStatus.INVALID_FIELD);
    assertThat(queue.read(101, 2, BLOCK).data()).isEqualTo(new byte[2 * BLOCK]);
    ranges.putLong(32 + 8, 105);
    assertThat(copy(ranges, 2, 101, 0)).isZero();
  }

  private int copy(ByteBuffer ranges, int count, long to, int format) throws IOException {
    ByteBuffer sqe = queue.entry(IoOpcode.COPY).putInt(4, 1);
    sqe.putLong(40, to).putInt(48, count - 1 | format << 8);
    return queue.command(TestHost.capsuleSgl(sqe, ranges.capacity()), ranges.array()).code();
  }

  @ParameterizedTest
  @CsvSource({"4", "3", "13", "127", "255"})
  void shouldRefuseUnknownOpcodes(int opcode) throws IOException {
    int code = queue.command(queue.entry(opcode).putInt(4, 1), null).code();
    assertThat(code)
        .isEqualTo(
            switch (opcode) {
              case 13 -> NvmeStatus.DATA_SGL_LENGTH_INVALID; // a register without its keys
              case 127 -> NvmeStatus.COMMAND_SEQUENCE_ERROR; // a second Connect
              default -> NvmeStatus.INVALID_OPCODE;
            });
  }

  @ParameterizedTest
  @CsvSource({"0", "2", "-1", "-2"})
  void shouldRefuseOtherNamespaces(int namespaceId) throws IOException {
    ByteBuffer read = TestHost.transportSgl(queue.io(2, 0, 1).putInt(4, namespaceId), BLOCK);
    assertThat(queue.command(read, null).code()).isEqualTo(NvmeStatus.INVALID_NAMESPACE);
  }

  @ParameterizedTest
  @CsvSource({"4095", "4097", "0", "8192", "-1"})
  void shouldRefuseDescriptorsOfAnotherLength(int length) throws IOException {
    ByteBuffer read = TestHost.transportSgl(queue.io(2, 0, 1), length);
    assertThat(queue.command(read, null).code()).isEqualTo(NvmeStatus.DATA_SGL_LENGTH_INVALID);
  }

  @Test
  void shouldRefuseDescriptorsOfAnotherKind() throws IOException {
    ByteBuffer keyed = TestHost.transportSgl(queue.io(2, 0, 1), BLOCK).put(39, (byte) 0x40);
    assertThat(queue.command(keyed, null).code()).isEqualTo(NvmeStatus.SGL_TYPE_INVALID);
    ByteBuffer prp = TestHost.transportSgl(queue.io(2, 0, 1), BLOCK).put(1, (byte) 0);
    assertThat(queue.command(prp, null).code()).isEqualTo(NvmeStatus.INVALID_FIELD);
    ByteBuffer offset = TestHost.capsuleSgl(queue.io(1, 0, 1), BLOCK).putLong(24, 8192);
    assertThat(queue.command(offset, new byte[BLOCK]).code())
        .isEqualTo(NvmeStatus.SGL_OFFSET_INVALID);
    ByteBuffer tooLong = TestHost.capsuleSgl(queue.io(1, 0, 2), 2 * BLOCK);
    assertThat(queue.command(tooLong, new byte[BLOCK]).code())
        .isEqualTo(NvmeStatus.DATA_SGL_LENGTH_INVALID);
  }

  @Test
  void shouldFindDataAtItsOffsetInTheCapsule() throws IOException {
    byte[] capsule = ReadWriteTest.random(3 * BLOCK, 4);
    ByteBuffer write = TestHost.capsuleSgl(queue.io(1, 9, 1), BLOCK).putLong(24, 100);
    assertThat(queue.command(write, capsule).code()).isZero();
    assertThat(queue.read(9, 1, BLOCK).data())
        .isEqualTo(Arrays.copyOfRange(capsule, 100, 100 + BLOCK));
  }

  @Test
  void shouldRefuseTransfersBeyondTheLimit() throws IOException {
    assertThat(queue.read(0, 256, BLOCK).code()).isZero();
    assertThat(queue.read(0, 257, BLOCK).code()).isEqualTo(NvmeStatus.INVALID_FIELD);
  }

  @ParameterizedTest
  @CsvSource({
    "NO_SPACE, 0x081",
    "MEDIUM_ERROR, 0x280",
    "OFFLINE, 0x300",
    "OUT_OF_RANGE, 0x080",
    "INVALID, 0x002"
  })
  void shouldTellHowAWriteFailed(BlockStatus outcome, String code) throws IOException {
    running.onShard(() -> {
      running.volume.failNext(outcome);
      return 0;
    });
    assertThat(queue.writeInCapsule(0, 1, new byte[BLOCK]).code()).isEqualTo(Integer.decode(code));
  }

  /// Attributes other than Deallocate are hints (NVM 1.0, 3.2.3).
  @Test
  void shouldTakeHintsForDone() throws IOException {
    write(0, 1, 1);
    ByteBuffer ranges = TestHost.le(16).putInt(4, 1);
    ByteBuffer hint = queue.entry(IoOpcode.DATASET_MANAGEMENT).putInt(4, 1).putInt(44, 1);
    assertThat(queue.command(TestHost.capsuleSgl(hint, 16), ranges.array()).code()).isZero();
    assertThat(queue.read(0, 1, BLOCK).data()).isEqualTo(ReadWriteTest.random(BLOCK, 1));
    ByteBuffer empty = queue.entry(IoOpcode.DATASET_MANAGEMENT).putInt(4, 1).putInt(44, 4);
    assertThat(queue.command(TestHost.capsuleSgl(empty, 16), new byte[16]).code())
        .as("a range of no blocks")
        .isZero();
  }

  @ParameterizedTest
  @CsvSource({"16384, 0", "16383, 1", "-1, 1", "-1, 0", "9223372036854775807, 0"})
  void shouldRefuseRangesBeyondTheEnd(long lba, int more) throws IOException {
    for (int opcode : new int[] {IoOpcode.WRITE_ZEROES, IoOpcode.VERIFY}) {
      assertThat(queue.command(queue.io(opcode, lba, 1 + more), null).code())
          .isEqualTo(NvmeStatus.LBA_OUT_OF_RANGE);
    }
    ByteBuffer ranges = TestHost.le(16).putInt(4, 1 + more).putLong(8, lba);
    assertThat(deallocate(ranges, 1)).isEqualTo(NvmeStatus.LBA_OUT_OF_RANGE);
  }

  @ParameterizedTest
  @CsvSource({
    "READ, MEDIUM_ERROR, 0x281",
    "COMPARE, MEDIUM_ERROR, 0x281",
    "FLUSH, OFFLINE, 0x300",
    "VERIFY, MEDIUM_ERROR, 0x281"
  })
  void shouldTellHowOtherCommandsFailed(String what, BlockStatus outcome, String code)
      throws IOException {
    running.onShard(() -> {
      running.volume.failNext(outcome);
      return 0;
    });
    int status =
        switch (what) {
          case "READ" -> queue.read(0, 1, BLOCK).code();
          case "COMPARE" ->
              queue
                  .command(
                      TestHost.capsuleSgl(queue.io(IoOpcode.COMPARE, 0, 1), BLOCK), new byte[BLOCK])
                  .code();
          case "FLUSH" -> queue.command(queue.entry(IoOpcode.FLUSH).putInt(4, 1), null).code();
          default -> queue.command(queue.io(IoOpcode.VERIFY, 0, 1), null).code();
        };
    assertThat(status).isEqualTo(Integer.decode(code));
  }

  /// A command says rightly where its data is, or ends (Base 2.0, 4.1; TCP 1.0, 3.3.2.1).
  @Test
  void shouldRefuseDataThatIsNotWhereTheCommandSays() throws IOException {
    ByteBuffer pages =
        TestHost.transportSgl(queue.io(IoOpcode.WRITE, 0, 1), BLOCK).put(1, (byte) 0);
    assertThat(queue.command(pages, null).code()).as("PRPs").isEqualTo(NvmeStatus.INVALID_FIELD);
    ByteBuffer both = TestHost.transportSgl(queue.io(IoOpcode.WRITE, 0, 1), BLOCK);
    assertThat(queue.command(both, new byte[BLOCK]).code())
        .as("in the capsule and to be asked for")
        .isEqualTo(NvmeStatus.INVALID_FIELD);
    ByteBuffer toHost = TestHost.capsuleSgl(queue.io(IoOpcode.READ, 0, 1), BLOCK);
    assertThat(queue.command(toHost, null).code()).isEqualTo(NvmeStatus.SGL_TYPE_INVALID);
    ByteBuffer none = queue.entry(IoOpcode.FLUSH).putInt(4, 1);
    assertThat(queue.command(none, new byte[16]).code())
        .as("data for a command that takes none")
        .isEqualTo(NvmeStatus.INVALID_FIELD);
    ByteBuffer negative = TestHost.capsuleSgl(queue.io(IoOpcode.WRITE, 0, 1), BLOCK);
    assertThat(queue.command(negative.putLong(24, -1), new byte[BLOCK]).code())
        .isEqualTo(NvmeStatus.SGL_OFFSET_INVALID);
    ByteBuffer late = TestHost.capsuleSgl(queue.io(IoOpcode.WRITE, 0, 1), BLOCK);
    assertThat(queue.command(late.putLong(24, 16), new byte[BLOCK]).code())
        .isEqualTo(NvmeStatus.DATA_SGL_LENGTH_INVALID);
    assertThat(queue.read(0, 1, BLOCK).data()).as("the queue lives").isEqualTo(new byte[BLOCK]);
  }

  /// With flow control each answer says how far the queue was taken from, round and round.
  @Test
  void shouldTellTheHeadOfItsQueueIfAsked() throws IOException {
    try (TestHost other = TestHost.initialized(running.address, 0)) {
      ByteBuffer connect = other.connectEntry(2, 4).put(46, (byte) 0);
      byte[] names = TestHost.connectData(admin.controllerId, running.nqn(), RunningTarget.HOST);
      assertThat(other.command(connect, names).code()).isZero();
      for (int i = 1; i < 10; i++) {
        TestHost.Reply reply = other.read(0, 1, BLOCK);
        assertThat(reply.code()).isZero();
        assertThat(reply.sqHead()).as("after %d commands", i).isEqualTo(i % 4);
      }
    }
  }

  @Test
  void shouldNotServeAControllerThatIsNotReady() throws IOException {
    admin.command(admin.propertySet(0x14, 0x0046_4001), null);
    assertThat(queue.read(0, 1, BLOCK).code()).isEqualTo(NvmeStatus.COMMAND_SEQUENCE_ERROR);
    assertThat(queue.command(queue.fabrics(8), null).code())
        .isEqualTo(NvmeStatus.COMMAND_SEQUENCE_ERROR);
  }

  @Test
  void shouldCompareAndWriteAsOne() throws IOException {
    byte[] old = write(20, 2, 1);
    byte[] next = ReadWriteTest.random(2 * BLOCK, 2);
    assertThat(fused(20, old, next)).containsExactly(0, 0);
    assertThat(queue.read(20, 2, BLOCK).data()).isEqualTo(next);
    assertThat(fused(20, old, old))
        .containsExactly(NvmeStatus.COMPARE_FAILURE, NvmeStatus.ABORTED_FAILED_FUSED);
    assertThat(queue.read(20, 2, BLOCK).data()).isEqualTo(next);
  }

  private int[] fused(long lba, byte[] old, byte[] next) throws IOException {
    int blocks = old.length / BLOCK;
    ByteBuffer compare = fusedEntry(IoOpcode.COMPARE, 1, lba, blocks);
    ByteBuffer write = fusedEntry(IoOpcode.WRITE, 2, lba, blocks);
    queue.sendCommand(compare, old);
    queue.sendCommand(write, next);
    int first = queue.awaitReply(compare.getShort(2)).code();
    return new int[] {first, queue.awaitReply(write.getShort(2)).code()};
  }

  private ByteBuffer fusedEntry(int opcode, int fuse, long lba, int blocks) {
    ByteBuffer sqe = TestHost.capsuleSgl(queue.io(opcode, lba, blocks), blocks * BLOCK);
    return sqe.put(1, (byte) (0x40 | fuse));
  }

  @Test
  void shouldAbortAFusedCommandWithoutItsPartner() throws IOException {
    ByteBuffer compare = fusedEntry(IoOpcode.COMPARE, 1, 0, 1);
    queue.sendCommand(compare, new byte[BLOCK]);
    assertThat(queue.read(0, 1, BLOCK).code()).isZero();
    assertThat(queue.awaitReply(compare.getShort(2)).code())
        .isEqualTo(NvmeStatus.ABORTED_MISSING_FUSED);
    ByteBuffer write = fusedEntry(IoOpcode.WRITE, 2, 0, 1);
    assertThat(queue.command(write, new byte[BLOCK]).code())
        .isEqualTo(NvmeStatus.ABORTED_MISSING_FUSED);
  }

  @Test
  void shouldAbortFusedCommandsOfDifferentRanges() throws IOException {
    ByteBuffer compare = fusedEntry(IoOpcode.COMPARE, 1, 0, 1);
    ByteBuffer write = fusedEntry(IoOpcode.WRITE, 2, 1, 1);
    queue.sendCommand(compare, new byte[BLOCK]);
    queue.sendCommand(write, new byte[BLOCK]);
    assertThat(queue.awaitReply(write.getShort(2)).code()).isEqualTo(NvmeStatus.INVALID_FIELD);
    assertThat(queue.awaitReply(compare.getShort(2)).code())
        .isEqualTo(NvmeStatus.ABORTED_FAILED_FUSED);
  }

  @Test
  void shouldCompareAndWriteByTransfer() throws IOException {
    byte[] old = new byte[32 * BLOCK];
    byte[] next = ReadWriteTest.random(32 * BLOCK, 5);
    ByteBuffer compare = queue.io(IoOpcode.COMPARE, 0, 32).put(1, (byte) 0x41);
    ByteBuffer write = queue.io(IoOpcode.WRITE, 0, 32).put(1, (byte) 0x42);
    queue.sendCommand(TestHost.transportSgl(compare, old.length), null);
    queue.sendCommand(TestHost.transportSgl(write, next.length), null);
    TestHost.Pdu first = queue.readPdu();
    TestHost.Pdu second = queue.readPdu();
    queue.sendData(second.header().getShort(8), second.header().getShort(10), 0, next, 4);
    queue.sendData(first.header().getShort(8), first.header().getShort(10), 0, old, 4);
    assertThat(queue.awaitReply(compare.getShort(2)).code()).isZero();
    assertThat(queue.awaitReply(write.getShort(2)).code()).isZero();
    assertThat(queue.read(0, 32, BLOCK).data()).isEqualTo(next);
  }

  @Test
  void shouldRefuseFusedCommandsBeyondTheAtomicSize() throws IOException {
    ByteBuffer compare = TestHost.transportSgl(queue.io(IoOpcode.COMPARE, 0, 257), 257 * BLOCK);
    assertThat(queue.command(compare.put(1, (byte) 0x41), null).code())
        .isEqualTo(NvmeStatus.ATOMIC_WRITE_UNIT_EXCEEDED);
    ByteBuffer read = TestHost.transportSgl(queue.io(2, 0, 1), BLOCK).put(1, (byte) 0x41);
    assertThat(queue.command(read, null).code()).isEqualTo(NvmeStatus.INVALID_FIELD);
  }

  private byte[] write(long lba, int blocks, long seed) throws IOException {
    byte[] data = ReadWriteTest.random(blocks * BLOCK, seed);
    assertThat(queue.writeInCapsule(lba, blocks, data).code()).isZero();
    return data;
  }
}
