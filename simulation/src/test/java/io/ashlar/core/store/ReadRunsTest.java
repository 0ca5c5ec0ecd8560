package io.ashlar.core.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.ashlar.core.format.VolumeEntry;
import io.ashlar.core.volume.BlockOperation;
import io.ashlar.core.volume.BlockRequest;
import io.ashlar.core.volume.BlockStatus;
import io.ashlar.core.volume.BlockVolume;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Stored blocks lie at sectors and the device reads 4 KiB at least: what that costs in reads.
class ReadRunsTest {
  private static final int BLOCK = 4096;
  private static final long BLOCKS = 1024;

  private final StoreRig fresh = StoreRig.fresh(24, BLOCK, 1);
  private final RecordedReads reads = new RecordedReads(fresh.disk);
  private final StoreRig rig = StoreRig.openThrough(fresh.clock, fresh.disk, reads);
  private final BlockVolume volume =
      rig.create(rig.entry(1, BLOCKS * BLOCK, BLOCK, VolumeEntry.COMPRESSION_LZ4, false));
  private boolean isDone;

  private BlockRequest request(BlockOperation operation, long block, int blocks) {
    BlockRequest request = new BlockRequest(ended -> isDone = true);
    request.operation = operation;
    request.offsetBytes = block * BLOCK;
    request.lengthBytes = (long) blocks * BLOCK;
    request.data.wrap(ByteBuffer.allocateDirect(blocks * BLOCK));
    return request;
  }

  private void run(BlockRequest request) {
    isDone = false;
    volume.submit(request);
    for (int turn = 0; !isDone; turn++) {
      assertThat(turn).isLessThan(10_000);
      rig.turn();
    }
    assertThat(request.status).isEqualTo(BlockStatus.OK);
  }

  /// Writes blocks of which the first so many bytes are noise.
  private BlockRequest write(long block, int... noiseBytes) {
    BlockRequest write = request(BlockOperation.WRITE, block, noiseBytes.length);
    SplittableRandom random = new SplittableRandom(block);
    for (int i = 0; i < noiseBytes.length; i++) {
      write.data.setMemory(i * BLOCK, BLOCK, (byte) (i + 1));
      for (int at = 0; at < noiseBytes[i]; at++) {
        write.data.putByte(i * BLOCK + at, (byte) random.nextInt());
      }
    }
    run(write);
    reads.take();
    return write;
  }

  private List<Long> read(long block, int blocks, BlockRequest written) {
    BlockRequest read = request(BlockOperation.READ, block, blocks);
    run(read);
    int from = (int) (block * BLOCK - written.offsetBytes);
    byte[] expected = new byte[blocks * BLOCK];
    written.data.getBytes(from, expected);
    byte[] actual = new byte[blocks * BLOCK];
    read.data.getBytes(0, actual);
    assertThat(actual).isEqualTo(expected);
    return reads.take();
  }

  @Test
  void shouldReadCompressedNeighboursAtOnce() {
    BlockRequest written = write(5, 1200, 1200, 1200, 1200, 1200, 1200, 1200, 1200);
    assertThat(read(5, 8, written)).as("8 blocks of 3 sectors").containsExactly(3L * BLOCK);
    assertThat(read(5, 1, written)).containsExactly((long) BLOCK);
    assertThat(read(7, 1, written)).as("it lies across two").containsExactly(2L * BLOCK);
  }

  @Test
  void shouldLetAHeaderAndItsBlockShareADiskBlock() {
    long before = rig.store.statistics().logBytesWritten();
    BlockRequest written = write(5, 1200);
    assertThat(rig.store.statistics().logBytesWritten() - before).isEqualTo(BLOCK);
    assertThat(read(5, 1, written)).containsExactly((long) BLOCK);
  }

  @Test
  void shouldReadWhatCannotBeCompressedWithoutWaste() {
    BlockRequest written = write(5, BLOCK, BLOCK, BLOCK, BLOCK);
    assertThat(read(5, 4, written)).containsExactly(4L * BLOCK);
    assertThat(read(6, 1, written)).containsExactly((long) BLOCK);
  }

  @Test
  void shouldReadInPiecesWhatTheBufferCannotHoldAtOnce() {
    int[] noise = new int[32];
    for (int i = 0; i < noise.length; i++) {
      noise[i] = i % 2 == 0 ? 3000 : 1200;
    }
    BlockRequest even = write(100, noise);
    // Rewrites every other block, so that all lie apart and most across two blocks of the disk.
    for (int i = 1; i < 32; i += 2) {
      BlockRequest one = write(100L + i, 2000);
      even.data.putBytes(i * BLOCK, one.data, 0, BLOCK);
    }
    List<Long> lengths = read(100, 32, even);
    assertThat(lengths.stream().mapToLong(Long::longValue).sum()).isGreaterThan(33L * BLOCK);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void shouldReadBackAnyMixtureOfLengths(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    int[] noise = new int[64];
    for (int i = 0; i < noise.length; i++) {
      noise[i] = random.nextInt(4) == 0 ? BLOCK : random.nextInt(BLOCK);
    }
    BlockRequest written = write(300, noise);
    for (int round = 0; round < 40; round++) {
      int block = random.nextInt(64);
      read(300L + block, 1 + random.nextInt(64 - block), written);
      int again = random.nextInt(64);
      BlockRequest one = write(300L + again, random.nextInt(BLOCK));
      written.data.putBytes(again * BLOCK, one.data, 0, BLOCK);
    }
  }
}
