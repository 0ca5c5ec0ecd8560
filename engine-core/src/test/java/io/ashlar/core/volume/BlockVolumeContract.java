package io.ashlar.core.volume;

import static io.ashlar.core.volume.VolumeDriver.carrying;
import static io.ashlar.core.volume.VolumeDriver.comparingAndWriting;
import static io.ashlar.core.volume.VolumeDriver.endings;
import static io.ashlar.core.volume.VolumeDriver.request;
import static io.ashlar.core.volume.VolumeGeometry.ATOMIC_WRITE_BYTES_MAX;
import static io.ashlar.core.volume.VolumeGeometry.BLOCK_BYTES;
import static io.ashlar.core.volume.VolumeGeometry.TRANSFER_BYTES_MAX;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What every [BlockVolume] must do, seen from a target. An implementation runs it by saying how to
/// make a volume and how to give it a turn.
public abstract class BlockVolumeContract {
  protected static final long SIZE_BYTES = 16L << 20;

  /// A new volume on which nothing was written, on the same store as its predecessors of this test.
  protected abstract BlockVolume newVolume(VolumeGeometry geometry);

  /// Lets all volumes of this test make progress.
  protected abstract void turn();

  private VolumeDriver volume;

  @BeforeEach
  void makeVolume() {
    volume = drive(BLOCK_BYTES);
  }

  private VolumeDriver drive(int logicalBlockBytes) {
    VolumeGeometry geometry = new VolumeGeometry(SIZE_BYTES, logicalBlockBytes);
    return new VolumeDriver(newVolume(geometry), this::turn);
  }

  @Test
  void shouldTellItsGeometry() {
    assertThat(volume.volume().geometry()).isEqualTo(new VolumeGeometry(SIZE_BYTES, BLOCK_BYTES));
  }

  @Test
  void shouldReadZeroesWhereNothingWasWritten() {
    assertThat(volume.read(0, BLOCK_BYTES)).containsOnly(0);
    assertThat(volume.read(SIZE_BYTES - BLOCK_BYTES, BLOCK_BYTES)).containsOnly(0);
  }

  @ParameterizedTest
  @ValueSource(longs = {0, BLOCK_BYTES, SIZE_BYTES / 2, SIZE_BYTES - 2 * BLOCK_BYTES})
  void shouldReadBackWhatWasWritten(long offset) {
    byte[] written = pattern(7, 2 * BLOCK_BYTES);
    assertThat(volume.write(offset, written)).isEqualTo(BlockStatus.OK);
    assertThat(volume.read(offset, 2 * BLOCK_BYTES)).isEqualTo(written);
  }

  @Test
  void shouldReturnTheNewerOfTwoWrites() {
    volume.write(0, pattern(1, 3 * BLOCK_BYTES));
    volume.write(BLOCK_BYTES, pattern(2, BLOCK_BYTES));
    byte[] expected = pattern(1, 3 * BLOCK_BYTES);
    System.arraycopy(pattern(2, BLOCK_BYTES), 0, expected, BLOCK_BYTES, BLOCK_BYTES);
    assertThat(volume.read(0, 3 * BLOCK_BYTES)).isEqualTo(expected);
  }

  @Test
  void shouldCarryTheLongestTransfer() {
    byte[] written = pattern(3, TRANSFER_BYTES_MAX);
    assertThat(volume.write(BLOCK_BYTES, written)).isEqualTo(BlockStatus.OK);
    assertThat(volume.read(BLOCK_BYTES, TRANSFER_BYTES_MAX)).isEqualTo(written);
  }

  @Test
  void shouldLeaveMemoryBeyondTheReadRangeAlone() {
    BlockRequest read = request(BlockOperation.READ, 0, BLOCK_BYTES);
    read.data.wrap(ByteBuffer.allocateDirect(2 * BLOCK_BYTES));
    read.data.setMemory(0, 2 * BLOCK_BYTES, (byte) 0x5A);
    assertThat(volume.run(read)).isEqualTo(BlockStatus.OK);
    byte[] rest = new byte[BLOCK_BYTES];
    read.data.getBytes(BLOCK_BYTES, rest);
    assertThat(rest).containsOnly(0x5A);
  }

  @Test
  void shouldWriteSectorsOf512BytesWithoutTouchingTheirNeighbours() {
    VolumeDriver small = drive(512);
    small.write(0, pattern(1, BLOCK_BYTES));
    assertThat(small.write(1024, pattern(2, 512))).isEqualTo(BlockStatus.OK);
    byte[] expected = pattern(1, BLOCK_BYTES);
    System.arraycopy(pattern(2, 512), 0, expected, 1024, 512);
    assertThat(small.read(0, BLOCK_BYTES)).isEqualTo(expected);
    assertThat(small.read(512, 1024)).isEqualTo(Arrays.copyOfRange(expected, 512, 1536));
  }

  @Test
  void shouldWriteAcrossBlocksFromTheMiddleOfOne() {
    VolumeDriver small = drive(512);
    byte[] written = pattern(4, 3 * BLOCK_BYTES);
    assertThat(small.write(BLOCK_BYTES - 512, written)).isEqualTo(BlockStatus.OK);
    assertThat(small.read(BLOCK_BYTES - 512, written.length)).isEqualTo(written);
    assertThat(small.read(0, BLOCK_BYTES - 512)).containsOnly(0);
  }

  @ParameterizedTest
  @EnumSource(names = {"FLUSH", "SAVE_RESERVATIONS"})
  void shouldIgnoreTheRangeWhereThereIsNone(BlockOperation operation) {
    assertThat(volume.run(operation, -1, -1)).isEqualTo(BlockStatus.OK);
  }

  @ParameterizedTest
  @EnumSource(names = {"READ", "WRITE", "UNMAP", "WRITE_ZEROES", "COMPARE", "VERIFY", "MAPPING"})
  void shouldRefuseRangesBeyondTheEnd(BlockOperation operation) {
    assertThat(status(operation, SIZE_BYTES, BLOCK_BYTES)).isEqualTo(BlockStatus.OUT_OF_RANGE);
    assertThat(status(operation, SIZE_BYTES - BLOCK_BYTES, 2 * BLOCK_BYTES))
        .isEqualTo(BlockStatus.OUT_OF_RANGE);
    assertThat(status(operation, -BLOCK_BYTES, 2 * BLOCK_BYTES))
        .isEqualTo(BlockStatus.OUT_OF_RANGE);
    assertThat(status(operation, Long.MAX_VALUE - BLOCK_BYTES + 1, 2 * BLOCK_BYTES))
        .isEqualTo(BlockStatus.OUT_OF_RANGE);
  }

  @ParameterizedTest
  @EnumSource(
      names = {
        "READ",
        "WRITE",
        "OR_WRITE",
        "UNMAP",
        "WRITE_ZEROES",
        "COMPARE",
        "VERIFY",
        "MAPPING"
      })
  void shouldRefuseWhatIsNotWholeBlocks(BlockOperation operation) {
    assertThat(status(operation, 512, BLOCK_BYTES)).isEqualTo(BlockStatus.INVALID);
    assertThat(status(operation, 0, BLOCK_BYTES + 512)).isEqualTo(BlockStatus.INVALID);
  }

  @ParameterizedTest
  @EnumSource(names = {"READ", "WRITE", "COMPARE", "OR_WRITE", "COMPARE_AND_WRITE"})
  void shouldRefuseDataShorterThanTheRange(BlockOperation operation) {
    volume.write(0, pattern(1, 2 * BLOCK_BYTES));
    BlockRequest request = request(operation, 0, 2 * BLOCK_BYTES);
    request.data.wrap(ByteBuffer.allocateDirect(2 * BLOCK_BYTES - 512));
    assertThat(volume.run(request)).isEqualTo(BlockStatus.INVALID);
    assertThat(volume.read(0, 2 * BLOCK_BYTES)).isEqualTo(pattern(1, 2 * BLOCK_BYTES));
  }

  @ParameterizedTest
  @EnumSource(names = {"READ", "WRITE", "COMPARE", "OR_WRITE", "COMPARE_AND_WRITE"})
  void shouldRefuseTransfersAboveTheLimit(BlockOperation operation) {
    BlockRequest request = request(operation, 0, TRANSFER_BYTES_MAX + BLOCK_BYTES);
    request.data.wrap(ByteBuffer.allocateDirect(2 * (TRANSFER_BYTES_MAX + BLOCK_BYTES)));
    assertThat(volume.run(request)).isEqualTo(BlockStatus.INVALID);
  }

  @ParameterizedTest
  @EnumSource(names = {"UNMAP", "WRITE_ZEROES"})
  void shouldZeroTheRangeAndNoMore(BlockOperation operation) {
    volume.write(0, pattern(1, 8 * BLOCK_BYTES));
    assertThat(volume.run(operation, 2 * BLOCK_BYTES, 3 * BLOCK_BYTES)).isEqualTo(BlockStatus.OK);
    byte[] expected = pattern(1, 8 * BLOCK_BYTES);
    Arrays.fill(expected, 2 * BLOCK_BYTES, 5 * BLOCK_BYTES, (byte) 0);
    assertThat(volume.read(0, 8 * BLOCK_BYTES)).isEqualTo(expected);
  }

  @ParameterizedTest
  @EnumSource(names = {"UNMAP", "WRITE_ZEROES"})
  void shouldZeroTheWholeVolumeInOneRequest(BlockOperation operation) {
    volume.write(0, pattern(1, BLOCK_BYTES));
    volume.write(SIZE_BYTES - BLOCK_BYTES, pattern(2, BLOCK_BYTES));
    assertThat(volume.run(operation, 0, SIZE_BYTES)).isEqualTo(BlockStatus.OK);
    assertThat(volume.read(0, BLOCK_BYTES)).containsOnly(0);
    assertThat(volume.read(SIZE_BYTES - BLOCK_BYTES, BLOCK_BYTES)).containsOnly(0);
    assertMapping(0, SIZE_BYTES, Mapped.NO, SIZE_BYTES);
  }

  @ParameterizedTest
  @EnumSource(names = {"UNMAP", "WRITE_ZEROES"})
  void shouldZeroSectorsWithinABlock(BlockOperation operation) {
    VolumeDriver small = drive(512);
    small.write(0, pattern(1, 3 * BLOCK_BYTES));
    assertThat(small.run(operation, 1024, BLOCK_BYTES + 512)).isEqualTo(BlockStatus.OK);
    byte[] expected = pattern(1, 3 * BLOCK_BYTES);
    Arrays.fill(expected, 1024, 1024 + BLOCK_BYTES + 512, (byte) 0);
    assertThat(small.read(0, 3 * BLOCK_BYTES)).isEqualTo(expected);
  }

  @Test
  void shouldReadNewDataAfterUnmapAndRewrite() {
    volume.write(0, pattern(1, BLOCK_BYTES));
    volume.run(BlockOperation.UNMAP, 0, BLOCK_BYTES);
    volume.write(0, pattern(2, BLOCK_BYTES));
    assertThat(volume.read(0, BLOCK_BYTES)).isEqualTo(pattern(2, BLOCK_BYTES));
  }

  @Test
  void shouldTellTheFirstByteThatDiffers() {
    byte[] bytes = pattern(1, 2 * BLOCK_BYTES);
    volume.write(BLOCK_BYTES, bytes);
    assertThat(volume.compare(BLOCK_BYTES, bytes)).isEqualTo(BlockStatus.OK);
    bytes[BLOCK_BYTES + 17] ^= 0x10;
    assertThat(volume.compare(BLOCK_BYTES, bytes)).isEqualTo(BlockStatus.MISCOMPARE);
    assertThat(volume.last().resultBytes).isEqualTo(BLOCK_BYTES + 17);
  }

  @Test
  void shouldCompareUnmappedBlocksAsZeroes() {
    byte[] bytes = new byte[2 * BLOCK_BYTES];
    assertThat(volume.compare(0, bytes)).isEqualTo(BlockStatus.OK);
    bytes[0] = 1;
    assertThat(volume.compare(0, bytes)).isEqualTo(BlockStatus.MISCOMPARE);
    assertThat(volume.last().resultBytes).isZero();
  }

  @Test
  void shouldWriteOnlyIfTheRangeComparesEqual() {
    byte[] old = pattern(1, 2 * BLOCK_BYTES);
    byte[] next = pattern(2, 2 * BLOCK_BYTES);
    volume.write(0, old);
    assertThat(volume.compareAndWrite(0, next, old)).isEqualTo(BlockStatus.MISCOMPARE);
    assertThat(volume.read(0, old.length)).isEqualTo(old);
    assertThat(volume.compareAndWrite(0, old, next)).isEqualTo(BlockStatus.OK);
    assertThat(volume.read(0, old.length)).isEqualTo(next);
  }

  @Test
  void shouldLetOneOfManyConcurrentCompareAndWritesWin() {
    List<BlockRequest> contenders = new ArrayList<>();
    for (int i = 1; i <= 16; i++) {
      contenders.add(comparingAndWriting(0, new byte[512 * 8], pattern(i, BLOCK_BYTES)));
    }
    runTogether(contenders);
    List<BlockRequest> winners =
        contenders.stream().filter(c -> c.status == BlockStatus.OK).toList();
    assertThat(winners).hasSize(1);
    assertThat(contenders)
        .filteredOn(c -> c.status == BlockStatus.MISCOMPARE)
        .as("the others saw the winner's bytes")
        .hasSize(15);
    byte[] won = pattern(contenders.indexOf(winners.getFirst()) + 1, BLOCK_BYTES);
    assertThat(volume.read(0, BLOCK_BYTES)).isEqualTo(won);
  }

  @Test
  void shouldLoseNoBitOfConcurrentOrWrites() {
    List<BlockRequest> writers = new ArrayList<>();
    for (int bit = 0; bit < 8; bit++) {
      writers.add(carrying(BlockOperation.OR_WRITE, 0, filled(1 << bit, BLOCK_BYTES)));
    }
    runTogether(writers);
    assertThat(writers).allMatch(w -> w.status == BlockStatus.OK);
    assertThat(volume.read(0, BLOCK_BYTES)).containsOnly(0xFF);
  }

  @Test
  void shouldOrIntoWhatIsThere() {
    volume.write(0, filled(0x0F, BLOCK_BYTES));
    assertThat(volume.orWrite(0, filled(0x31, 2 * BLOCK_BYTES))).isEqualTo(BlockStatus.OK);
    assertThat(volume.read(0, BLOCK_BYTES)).containsOnly(0x3F);
    assertThat(volume.read(BLOCK_BYTES, BLOCK_BYTES)).containsOnly(0x31);
  }

  @Test
  void shouldNeverMixTwoWritesInOneBlock() {
    int blocks = 5;
    List<BlockRequest> writers = new ArrayList<>();
    for (int i = 1; i <= 12; i++) {
      long offset = (long) (i % 4) * BLOCK_BYTES;
      writers.add(carrying(BlockOperation.WRITE, offset, filled(i, blocks * BLOCK_BYTES)));
    }
    runTogether(writers);
    for (int block = 0; block < blocks + 3; block++) {
      byte[] bytes = volume.read((long) block * BLOCK_BYTES, BLOCK_BYTES);
      assertThat(bytes).as("block %d", block).containsOnly(bytes[0]).doesNotContain(0);
    }
  }

  @Test
  void shouldVerifyWithoutTransferOrChange() {
    volume.write(0, pattern(1, BLOCK_BYTES));
    assertThat(volume.run(BlockOperation.VERIFY, 0, SIZE_BYTES)).isEqualTo(BlockStatus.OK);
    assertThat(volume.read(0, BLOCK_BYTES)).isEqualTo(pattern(1, BLOCK_BYTES));
    assertMapping(BLOCK_BYTES, SIZE_BYTES - BLOCK_BYTES, Mapped.NO, SIZE_BYTES - BLOCK_BYTES);
  }

  @Test
  void shouldTellRunsOfMappedAndUnmappedBlocks() {
    assertMapping(0, SIZE_BYTES, Mapped.NO, SIZE_BYTES);
    volume.write(4 * BLOCK_BYTES, pattern(1, 3 * BLOCK_BYTES));
    assertMapping(0, SIZE_BYTES, Mapped.NO, 4 * BLOCK_BYTES);
    assertMapping(4 * BLOCK_BYTES, SIZE_BYTES - 4 * BLOCK_BYTES, Mapped.YES, 3 * BLOCK_BYTES);
    assertMapping(4 * BLOCK_BYTES, 2 * BLOCK_BYTES, Mapped.YES, 2 * BLOCK_BYTES);
    assertMapping(5 * BLOCK_BYTES, 9 * BLOCK_BYTES, Mapped.YES, 2 * BLOCK_BYTES);
    volume.run(BlockOperation.UNMAP, 5 * BLOCK_BYTES, BLOCK_BYTES);
    assertMapping(4 * BLOCK_BYTES, 3 * BLOCK_BYTES, Mapped.YES, BLOCK_BYTES);
    assertMapping(5 * BLOCK_BYTES, 3 * BLOCK_BYTES, Mapped.NO, BLOCK_BYTES);
  }

  @Test
  void shouldCopyWithinAVolume() {
    byte[] bytes = pattern(9, 3 * BLOCK_BYTES);
    volume.write(BLOCK_BYTES, bytes);
    assertThat(volume.copy(volume.volume(), BLOCK_BYTES, 64 * BLOCK_BYTES, bytes.length))
        .isEqualTo(BlockStatus.OK);
    assertThat(volume.read(64 * BLOCK_BYTES, bytes.length)).isEqualTo(bytes);
    volume.write(BLOCK_BYTES, pattern(10, bytes.length));
    assertThat(volume.read(64 * BLOCK_BYTES, bytes.length))
        .as("a later write to the source does not reach the copy")
        .isEqualTo(bytes);
  }

  @Test
  void shouldCopyHolesAsHolesFromAnotherVolume() {
    VolumeDriver source = drive(BLOCK_BYTES);
    source.write(2 * BLOCK_BYTES, pattern(5, BLOCK_BYTES));
    volume.write(0, pattern(6, 4 * BLOCK_BYTES));
    assertThat(volume.copy(source.volume(), 0, 0, 4 * BLOCK_BYTES)).isEqualTo(BlockStatus.OK);
    assertThat(volume.read(0, 2 * BLOCK_BYTES)).containsOnly(0);
    assertThat(volume.read(2 * BLOCK_BYTES, BLOCK_BYTES)).isEqualTo(pattern(5, BLOCK_BYTES));
    assertMapping(0, 4 * BLOCK_BYTES, Mapped.NO, 2 * BLOCK_BYTES);
    assertMapping(3 * BLOCK_BYTES, BLOCK_BYTES, Mapped.NO, BLOCK_BYTES);
  }

  @Test
  void shouldCopyMoreThanOneTransfer() {
    byte[] bytes = pattern(5, TRANSFER_BYTES_MAX);
    volume.write(0, bytes);
    volume.write(TRANSFER_BYTES_MAX, pattern(6, TRANSFER_BYTES_MAX));
    assertThat(volume.copy(volume.volume(), 0, SIZE_BYTES / 2, 3L * TRANSFER_BYTES_MAX))
        .isEqualTo(BlockStatus.OK);
    assertThat(volume.read(SIZE_BYTES / 2, TRANSFER_BYTES_MAX)).isEqualTo(bytes);
    assertThat(volume.read(SIZE_BYTES / 2 + TRANSFER_BYTES_MAX, TRANSFER_BYTES_MAX))
        .isEqualTo(pattern(6, TRANSFER_BYTES_MAX));
  }

  @Test
  void shouldRefuseCopiesThatCannotBe() {
    BlockVolume self = volume.volume();
    assertThat(volume.copy(self, SIZE_BYTES, 0, BLOCK_BYTES)).isEqualTo(BlockStatus.OUT_OF_RANGE);
    assertThat(volume.copy(self, 0, SIZE_BYTES, BLOCK_BYTES)).isEqualTo(BlockStatus.OUT_OF_RANGE);
    assertThat(volume.copy(self, 512, BLOCK_BYTES, BLOCK_BYTES)).isEqualTo(BlockStatus.INVALID);
    assertThat(volume.copy(self, 0, BLOCK_BYTES, 2 * BLOCK_BYTES))
        .as("overlapping ranges")
        .isEqualTo(BlockStatus.INVALID);
    assertThat(volume.run(BlockOperation.COPY, 0, BLOCK_BYTES))
        .as("no source")
        .isEqualTo(BlockStatus.INVALID);
  }

  @ParameterizedTest
  @EnumSource(names = {"WRITE", "UNMAP", "READ"})
  void shouldEitherWithdrawARequestOrCarryItOut(BlockOperation operation) {
    byte[] old = pattern(1, BLOCK_BYTES);
    volume.write(0, old);
    BlockRequest request = carrying(operation, 0, pattern(2, BLOCK_BYTES));
    volume.volume().submit(request);
    boolean withdrawn = volume.volume().abort(request);
    if (withdrawn) {
      assertThat(endings(request)).as("completes before abort returns").isOne();
    }
    volume.awaitEnd(request);
    assertThat(request.status).isEqualTo(withdrawn ? BlockStatus.ABORTED : BlockStatus.OK);
    boolean unchanged = withdrawn || operation == BlockOperation.READ;
    byte[] now =
        operation == BlockOperation.UNMAP ? new byte[BLOCK_BYTES] : pattern(2, BLOCK_BYTES);
    assertThat(volume.read(0, BLOCK_BYTES)).isEqualTo(unchanged ? old : now);
    assertThat(volume.volume().abort(request)).as("abort of what has ended").isFalse();
    assertThat(endings(request)).as("one end per request").isOne();
  }

  @Test
  void shouldCompleteEachRequestOnceAndAllowItsReuse() {
    BlockRequest request = carrying(BlockOperation.WRITE, 0, pattern(1, BLOCK_BYTES));
    volume.run(request);
    turn();
    assertThat(endings(request)).isOne();
    request.offsetBytes = BLOCK_BYTES;
    volume.volume().submit(request);
    for (int turns = 0; endings(request) < 2 && turns < 1_000_000; turns++) {
      turn();
    }
    assertThat(endings(request)).isEqualTo(2);
    assertThat(volume.read(BLOCK_BYTES, BLOCK_BYTES)).isEqualTo(pattern(1, BLOCK_BYTES));
  }

  @Test
  void shouldAcceptNewRequestsFromCompletions() {
    int[] left = {5_000};
    BlockRequest[] self = new BlockRequest[1];
    BlockRequest request =
        new BlockRequest(ended -> {
          if (--left[0] > 0) {
            ended.offsetBytes = (long) (left[0] % 100) * BLOCK_BYTES;
            volume.volume().submit(ended);
          }
        });
    self[0] = request;
    request.operation = BlockOperation.READ;
    request.lengthBytes = BLOCK_BYTES;
    request.data.wrap(ByteBuffer.allocateDirect(BLOCK_BYTES));
    volume.volume().submit(self[0]);
    for (int turns = 0; left[0] > 0 && turns < 1_000_000; turns++) {
      turn();
    }
    assertThat(left[0]).isZero();
  }

  @Test
  void shouldServeManyRequestsAtOnce() {
    List<BlockRequest> writes = new ArrayList<>();
    for (int i = 0; i < 512; i++) {
      writes.add(
          carrying(BlockOperation.WRITE, (long) i * BLOCK_BYTES, pattern(i + 1, BLOCK_BYTES)));
    }
    runTogether(writes);
    assertThat(writes).allMatch(w -> w.status == BlockStatus.OK);
    for (int i = 0; i < 512; i++) {
      assertThat(volume.read((long) i * BLOCK_BYTES, BLOCK_BYTES))
          .isEqualTo(pattern(i + 1, BLOCK_BYTES));
    }
  }

  @Test
  void shouldCarryAtomicCompareAndWritesUpToThePromisedLength() {
    byte[] next = pattern(8, ATOMIC_WRITE_BYTES_MAX);
    assertThat(volume.compareAndWrite(BLOCK_BYTES, new byte[ATOMIC_WRITE_BYTES_MAX], next))
        .isEqualTo(BlockStatus.OK);
    assertThat(volume.orWrite(BLOCK_BYTES, next)).isEqualTo(BlockStatus.OK);
    assertThat(volume.read(BLOCK_BYTES, next.length)).isEqualTo(next);
  }

  @Test
  void shouldTakeEmptyRangesAsDone() {
    for (BlockOperation operation :
        List.of(BlockOperation.READ, BlockOperation.WRITE, BlockOperation.UNMAP)) {
      assertThat(volume.run(operation, BLOCK_BYTES, 0)).isEqualTo(BlockStatus.OK);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void shouldAgreeWithAnArrayOfBytes(long seed) {
    new VolumeModel(drive(seed == 2 ? BLOCK_BYTES : 512), seed).run(1_500);
  }

  private BlockStatus status(BlockOperation operation, long offset, long length) {
    BlockRequest request = request(operation, offset, length);
    request.data.wrap(ByteBuffer.allocateDirect(4 * BLOCK_BYTES));
    return volume.run(request);
  }

  private void runTogether(List<BlockRequest> requests) {
    requests.forEach(volume.volume()::submit);
    requests.forEach(volume::awaitEnd);
  }

  private enum Mapped {
    YES,
    NO
  }

  private void assertMapping(long offset, long length, Mapped mapped, long run) {
    assertThat(volume.run(BlockOperation.MAPPING, offset, length)).isEqualTo(BlockStatus.OK);
    assertThat(volume.last().resultMapped).isEqualTo(mapped == Mapped.YES);
    assertThat(volume.last().resultBytes).isEqualTo(run);
  }

  /// Bytes that differ between seeds and positions, and none of whose blocks is uniform.
  private static byte[] pattern(int seed, int length) {
    byte[] bytes = new byte[length];
    for (int i = 0; i < length; i++) {
      bytes[i] = (byte) (seed * 31 + i * 7 + (i >>> 8));
    }
    return bytes;
  }

  private static byte[] filled(int value, int length) {
    byte[] bytes = new byte[length];
    Arrays.fill(bytes, (byte) value);
    return bytes;
  }
}
