package io.ashlar.target.nvme;

import static org.assertj.core.api.Assertions.assertThat;

import io.ashlar.core.volume.VolumeGeometry;
import io.ashlar.core.volume.VolumeId;
import io.ashlar.simulation.CompletionMode;
import io.ashlar.simulation.MemoryBlockVolume;
import io.ashlar.target.nvme.spec.IoOpcode;
import io.ashlar.target.nvme.subsystem.ConnectionLimits;
import io.ashlar.target.nvme.subsystem.DigestPolicy;
import io.ashlar.target.nvme.subsystem.KeepAliveLimits;
import io.ashlar.target.nvme.subsystem.QueueLimits;
import io.ashlar.target.nvme.subsystem.TargetLimits;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Commands that come with their data in the capsule while their queue has used up its share of the
/// memory for data, on a volume that carries out nothing until it is told to.
@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@SuppressWarnings("NullAway.Init")
class MemoryShortageTest {
  private static final int BLOCK = 4096;
  private static final int MEBIBYTE = 1 << 20;
  private static final int MEBIBYTE_BLOCKS = MEBIBYTE / BLOCK;
  private static final int LAST = 4;

  /// Of 8 MiB, of which a queue may have a quarter.
  private static final int SHARE_MEBIBYTES = 2;

  private final MemoryBlockVolume volume =
      new MemoryBlockVolume(
          new VolumeId(new UUID(0x4153484c41520000L, 9)),
          new VolumeGeometry(64 << 20, BLOCK),
          CompletionMode.WHEN_RUN);
  private final byte[] old = new byte[BLOCK];
  private final byte[] next = ReadWriteTest.random(BLOCK, 1);
  private RunningTarget running;
  private TestHost admin;
  private TestHost queue;

  @BeforeEach
  void connect() throws IOException {
    QueueLimits queues = new QueueLimits(4, 128, BLOCK, MEBIBYTE, 4, (4L * SHARE_MEBIBYTES) << 20);
    TargetLimits limits =
        new TargetLimits(
            queues, ConnectionLimits.DEFAULT, KeepAliveLimits.DEFAULT, DigestPolicy.ALLOWED);
    running = new RunningTarget(volume, new TargetOptions(limits, List.of()));
    admin = running.admin();
    queue = running.queue(admin, 1);
  }

  @AfterEach
  void stop() throws IOException {
    queue.close();
    admin.close();
    running.close();
  }

  private void awaitPending(int count) {
    while (running.onShard(volume::pending) != count) {
      Thread.onSpinWait();
    }
  }

  private int run(ByteBuffer command) throws IOException {
    return queue.awaitReply(command.getShort(2) & 0xFFFF).code();
  }

  private ByteBuffer half(int opcode, int fuse) {
    return queue.io(opcode, 0, 1).put(1, (byte) (0x40 | fuse));
  }

  /// Reads that the volume holds have the share.
  private ByteBuffer[] spendOnReads() throws IOException {
    ByteBuffer[] reads = new ByteBuffer[SHARE_MEBIBYTES];
    for (int i = 0; i < SHARE_MEBIBYTES; i++) {
      reads[i] = TestHost.transportSgl(queue.io(IoOpcode.READ, 256, MEBIBYTE_BLOCKS), MEBIBYTE);
      queue.sendCommand(reads[i], null);
    }
    awaitPending(SHARE_MEBIBYTES);
    return reads;
  }

  /// Ends the reads, once the shard has read what was sent before.
  private void endReads(ByteBuffer[] reads) throws IOException {
    try (TestHost other = running.queue(admin, 2)) {
      for (int turn = 1; turn <= 2; turn++) {
        other.sendCommand(TestHost.transportSgl(other.io(IoOpcode.READ, 0, 1), BLOCK), null);
        awaitPending(SHARE_MEBIBYTES + turn);
      }
      running.onShard(volume::runPending);
    }
    for (ByteBuffer read : reads) {
      assertThat(run(read)).isZero();
    }
  }

  private void expectPair(ByteBuffer compare, ByteBuffer write) throws IOException {
    awaitPending(1);
    running.onShard(volume::runPending);
    assertThat(run(compare)).isZero();
    assertThat(run(write)).isZero();
    assertThat(running.onShard(volume::mappedBlocks)).isEqualTo(1);
  }

  /// Writes that wait for their data have the share.
  private ByteBuffer[] spendOnWrites(ByteBuffer[] asked) throws IOException {
    ByteBuffer[] writes = new ByteBuffer[SHARE_MEBIBYTES];
    for (int i = 0; i < SHARE_MEBIBYTES; i++) {
      long lba = 256L * (i + 1);
      writes[i] = TestHost.transportSgl(queue.io(IoOpcode.WRITE, lba, MEBIBYTE_BLOCKS), MEBIBYTE);
      queue.sendCommand(writes[i], null);
      asked[i] = queue.readPdu().header();
    }
    return writes;
  }

  private void send(ByteBuffer[] asked) throws IOException {
    byte[] data = ReadWriteTest.random(MEBIBYTE, 2);
    for (ByteBuffer ask : asked) {
      queue.sendData(ask.getShort(8), ask.getShort(10), 0, data, LAST);
    }
  }

  /// What frees the memory is data that lie behind the capsule in the same stream: if that waited,
  /// the queue would stand still for ever.
  @Test
  void shouldReadOnBehindACapsuleIfItsQueueWaitsForData() throws IOException {
    ByteBuffer[] asked = new ByteBuffer[SHARE_MEBIBYTES];
    ByteBuffer[] writes = spendOnWrites(asked);
    ByteBuffer small = TestHost.capsuleSgl(queue.io(IoOpcode.WRITE, 0, 1), BLOCK);
    queue.sendCommand(small, next);
    send(asked);
    awaitPending(SHARE_MEBIBYTES + 1);
    running.onShard(volume::runPending);
    assertThat(run(small)).isZero();
    for (ByteBuffer write : writes) {
      assertThat(run(write)).isZero();
    }
  }

  /// The second half's data go where the first half's will, for which there is no room yet.
  @Test
  void shouldReadOnBehindTheSecondOfAPairIfItsQueueWaitsForData() throws IOException {
    ByteBuffer[] asked = new ByteBuffer[SHARE_MEBIBYTES];
    ByteBuffer[] writes = spendOnWrites(asked);
    ByteBuffer compare = TestHost.transportSgl(half(IoOpcode.COMPARE, 1), BLOCK);
    ByteBuffer write = TestHost.capsuleSgl(half(IoOpcode.WRITE, 2), BLOCK);
    queue.sendCommand(compare, null);
    queue.sendCommand(write, next);
    send(asked);
    awaitPending(SHARE_MEBIBYTES);
    running.onShard(volume::runPending);
    for (ByteBuffer each : writes) {
      assertThat(run(each)).isZero();
    }
    ByteBuffer ask = queue.readPdu().header();
    queue.sendData(ask.getShort(8), ask.getShort(10), 0, old, LAST);
    awaitPending(1);
    running.onShard(volume::runPending);
    assertThat(run(compare)).isZero();
    assertThat(run(write)).isZero();
    ByteBuffer read = TestHost.transportSgl(queue.io(IoOpcode.READ, 0, 1), BLOCK);
    queue.sendCommand(read, null);
    awaitPending(1);
    running.onShard(volume::runPending);
    assertThat(queue.awaitReply(read.getShort(2) & 0xFFFF).data()).isEqualTo(next);
  }

  /// The first half of a pair is held back with its data before it is a half of anything.
  @Test
  void shouldHoldBackTheFirstOfAPair() throws IOException {
    ByteBuffer[] reads = spendOnReads();
    ByteBuffer compare = TestHost.capsuleSgl(half(IoOpcode.COMPARE, 1), BLOCK);
    ByteBuffer write = TestHost.capsuleSgl(half(IoOpcode.WRITE, 2), BLOCK);
    queue.sendCommand(compare, old);
    queue.sendCommand(write, next);
    endReads(reads);
    expectPair(compare, write);
  }

  /// The first half waits for memory; the second comes with its data, for which the first would
  /// have the room.
  @Test
  void shouldHoldBackTheSecondOfAPair() throws IOException {
    ByteBuffer[] reads = spendOnReads();
    ByteBuffer compare = TestHost.transportSgl(half(IoOpcode.COMPARE, 1), BLOCK);
    ByteBuffer write = TestHost.capsuleSgl(half(IoOpcode.WRITE, 2), BLOCK);
    queue.sendCommand(compare, null);
    queue.sendCommand(write, next);
    endReads(reads);
    ByteBuffer ask = queue.readPdu().header();
    queue.sendData(ask.getShort(8), ask.getShort(10), 0, old, LAST);
    expectPair(compare, write);
  }
}
