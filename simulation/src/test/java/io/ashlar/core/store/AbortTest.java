package io.ashlar.core.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.ashlar.core.format.VolumeEntry;
import io.ashlar.core.volume.BlockOperation;
import io.ashlar.core.volume.BlockRequest;
import io.ashlar.core.volume.BlockStatus;
import io.ashlar.core.volume.BlockVolume;
import io.ashlar.core.volume.VolumeDriver;
import io.ashlar.simulation.CrashChoice;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Requests that are withdrawn while they wait, in each of the places where they may: what is
/// withdrawn never appears, what goes on ends once, and the rest is not disturbed.
class AbortTest {
  private static final int BLOCK = 4096;

  private final StoreRig rig = StoreRig.fresh(24, 512, 1);
  private final BlockVolume volume = rig.createPlain(1, 16L << 20, 512);
  private final List<BlockRequest> all = new ArrayList<>();

  private BlockRequest submit(BlockRequest request) {
    all.add(request);
    volume.submit(request);
    return request;
  }

  private BlockRequest write(long offset, byte[] bytes) {
    return submit(VolumeDriver.carrying(BlockOperation.WRITE, offset, bytes));
  }

  private void expectWithdrawn(BlockRequest request) {
    assertThat(volume.abort(request)).isTrue();
    assertThat(request.status).isEqualTo(BlockStatus.ABORTED);
    assertThat(VolumeDriver.endings(request)).isOne();
    assertThat(volume.abort(request)).as("again").isFalse();
  }

  private void settle() {
    rig.settle();
    assertThat(all).allSatisfy(each -> assertThat(VolumeDriver.endings(each)).isOne());
  }

  private byte[] read(long offset, int length) {
    return new VolumeDriver(volume, rig::turn).read(offset, length);
  }

  @Test
  void shouldWithdrawWritesThatWaitForRoom() {
    for (int i = 0; i < 900; i++) {
      write((long) i * BLOCK, pattern(i, BLOCK));
    }
    BlockRequest last = all.get(899);
    BlockRequest before = all.get(898);
    expectWithdrawn(last);
    settle();
    assertThat(before.status).isEqualTo(BlockStatus.OK);
    assertThat(read(899L * BLOCK, BLOCK)).containsOnly(0);
    assertThat(read(898L * BLOCK, BLOCK)).isEqualTo(pattern(898, BLOCK));
  }

  @Test
  void shouldCarryOnWithAWriteOfWhichAPartIsInTheLog() {
    byte[] bytes = pattern(1, 250 * BLOCK);
    BlockRequest write = write(0, bytes);
    boolean withdrawn = volume.abort(write);
    settle();
    assertThat(withdrawn).isFalse();
    assertThat(write.status).isEqualTo(BlockStatus.OK);
    assertThat(read(0, bytes.length)).isEqualTo(bytes);
  }

  @Test
  void shouldWithdrawWritesThatAnUpdateLocksOut() {
    write(0, pattern(1, 4 * BLOCK));
    settle();
    rig.disk.latency(50_000, 50_000);
    BlockRequest update = write(512, pattern(2, 512));
    BlockRequest lockedOut = write(0, pattern(3, BLOCK));
    BlockRequest alsoLockedOut = write(0, pattern(4, BLOCK));
    expectWithdrawn(lockedOut);
    settle();
    assertThat(update.status).isEqualTo(BlockStatus.OK);
    assertThat(alsoLockedOut.status).isEqualTo(BlockStatus.OK);
    assertThat(read(0, BLOCK)).isEqualTo(pattern(4, BLOCK));
  }

  @Test
  void shouldWithdrawUpdatesThatWaitForOthers() {
    write(0, pattern(1, 8 * BLOCK));
    settle();
    byte[] before = read(3 * BLOCK, BLOCK);
    rig.disk.latency(50_000, 50_000);
    for (int i = 0; i < 4; i++) {
      write(i * (long) BLOCK + 512, pattern(i, 512));
    }
    assertThat(volume.abort(all.get(1))).as("it is under way").isFalse();
    expectWithdrawn(all.get(4));
    settle();
    assertThat(read(3 * BLOCK, BLOCK)).isEqualTo(before);
    assertThat(read(2 * BLOCK + 512, 512)).isEqualTo(pattern(2, 512));
  }

  @Test
  void shouldWithdrawCompositesThatWaitForOthers() {
    write(0, pattern(1, 64 * BLOCK));
    settle();
    rig.disk.latency(50_000, 50_000);
    BlockRequest copy = copy(0, 8 << 20, 32 * BLOCK);
    BlockRequest waiting = copy(0, 12 << 20, 32 * BLOCK);
    assertThat(volume.abort(copy)).as("it is under way").isFalse();
    expectWithdrawn(waiting);
    settle();
    assertThat(copy.status).isEqualTo(BlockStatus.OK);
    assertThat(read(12 << 20, 32 * BLOCK)).containsOnly(0);
    assertThat(read(8 << 20, 32 * BLOCK)).isEqualTo(read(0, 32 * BLOCK));
  }

  private BlockRequest copy(long from, long to, long length) {
    BlockRequest copy = VolumeDriver.request(BlockOperation.COPY, to, length);
    copy.source = volume;
    copy.sourceOffsetBytes = from;
    return submit(copy);
  }

  @ParameterizedTest
  @EnumSource(names = {"READ", "MAPPING"})
  void shouldWithdrawQuestionsThatWaitForOthers(BlockOperation operation) {
    write(0, pattern(1, 64 * BLOCK));
    settle();
    rig.checkpoint();
    StoreRig cold = StoreRig.open(rig.clock, rig.disk.crash(CrashChoice.loseAll()));
    BlockVolume asked = cold.volume(1);
    cold.disk.latency(50_000, 50_000);
    List<BlockRequest> questions = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      BlockRequest question =
          VolumeDriver.carrying(operation, (long) i * BLOCK, new byte[2 * BLOCK]);
      questions.add(question);
      asked.submit(question);
    }
    BlockRequest last = questions.get(11);
    assertThat(asked.abort(last)).isTrue();
    assertThat(asked.abort(questions.get(0))).as("it is under way").isFalse();
    VolumeDriver driver = new VolumeDriver(asked, cold::turn);
    questions.forEach(driver::awaitEnd);
    assertThat(last.status).isEqualTo(BlockStatus.ABORTED);
    assertThat(questions.subList(0, 11))
        .allSatisfy(each -> assertThat(each.status).isEqualTo(BlockStatus.OK))
        .allSatisfy(each -> assertThat(VolumeDriver.endings(each)).isOne());
  }

  @Test
  void shouldSayWhichPartsAreMappedAcrossKindsAndLeaves() {
    write(BLOCK, pattern(1, 3 * BLOCK));
    write(200 * (long) BLOCK, pattern(2, BLOCK));
    settle();
    VolumeDriver driver = new VolumeDriver(volume, rig::turn);
    assertThat(driver.run(BlockOperation.MAPPING, 512, 10 * BLOCK - 512)).isEqualTo(BlockStatus.OK);
    assertThat(driver.last().resultMapped).isFalse();
    assertThat(driver.last().resultBytes).isEqualTo(BLOCK - 512);
    driver.run(BlockOperation.MAPPING, 2 * BLOCK, 10 * BLOCK);
    assertThat(driver.last().resultMapped).isTrue();
    assertThat(driver.last().resultBytes).isEqualTo(2 * BLOCK);
    driver.run(BlockOperation.MAPPING, 4 * BLOCK, 300 * BLOCK);
    assertThat(driver.last().resultMapped).isFalse();
    assertThat(driver.last().resultBytes).isEqualTo(196 * BLOCK);
  }

  @Test
  void shouldServeNothingOfAVolumeWhoseKeyIsNotThere() {
    VolumeEntry entry = rig.entry(2, 1 << 20, BLOCK, VolumeEntry.COMPRESSION_LZ4, true);
    byte[] foreign = entry.wrappedKeys().clone();
    foreign[100] ^= 1;
    VolumeEntry locked =
        new VolumeEntry(
            entry.uuid(),
            entry.layer(),
            BLOCK,
            entry.sizeBytes(),
            entry.compression(),
            true,
            entry.name(),
            foreign);
    BlockVolume sealed = rig.create(locked);
    assertThat(rig.store.isLocked(sealed.id())).isTrue();
    assertThat(rig.troubles).anyMatch(each -> each.contains("stays locked"));
    VolumeDriver driver = new VolumeDriver(sealed, rig::turn);
    assertThat(driver.write(0, pattern(1, BLOCK))).isEqualTo(BlockStatus.OFFLINE);
    assertThat(driver.run(BlockOperation.VERIFY, 0, BLOCK)).isEqualTo(BlockStatus.OFFLINE);
    assertThat(rig.change(entry)).as("with its key again").isEqualTo(BlockStatus.OK);
    assertThat(rig.store.isLocked(sealed.id())).isFalse();
    assertThat(driver.write(0, pattern(1, BLOCK))).isEqualTo(BlockStatus.OK);
    assertThat(rig.change(locked)).isEqualTo(BlockStatus.OK);
    assertThat(driver.read(0, BLOCK)).as("its key was there before").isEqualTo(pattern(1, BLOCK));
    assertThat(rig.delete(2)).isEqualTo(BlockStatus.OK);
    assertThat(rig.store.isLocked(sealed.id())).as("unknown").isTrue();
  }

  private static byte[] pattern(long seed, int length) {
    byte[] bytes = new byte[length];
    new SplittableRandom(seed).nextBytes(bytes);
    return bytes;
  }
}
