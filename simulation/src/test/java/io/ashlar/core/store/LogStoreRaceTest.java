package io.ashlar.core.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.ashlar.core.checkpoint.Checkpointer;
import io.ashlar.core.format.VolumeEntry;
import io.ashlar.core.volume.BlockOperation;
import io.ashlar.core.volume.BlockRequest;
import io.ashlar.core.volume.BlockStatus;
import io.ashlar.core.volume.BlockVolume;
import io.ashlar.core.volume.VolumeDriver;
import io.ashlar.core.volume.VolumeId;
import io.ashlar.simulation.CrashChoice;
import io.ashlar.simulation.DiskFault;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What happens to a volume while something else happens to it: deletes, changes, the store's end
/// and the device's failure, with requests under way.
class LogStoreRaceTest {
  private static final int BLOCK = 4096;
  private static final int TURNS_MAX = 50_000;

  @Test
  void shouldEndInOrderWithWritesThatWaitForTheIndex() {
    StoreRig rig = StoreRig.fresh(24, 512, 1);
    BlockVolume volume = rig.createPlain(1, 16L << 20, BLOCK);
    List<BlockRequest> writes = new ArrayList<>();
    for (int i = 0; i < 3000; i++) {
      writes.add(submitWrite(volume, (long) i * BLOCK, pattern(i, BLOCK)));
    }
    rig.close();
    assertThat(writes).allSatisfy(write -> assertThat(write.status).isEqualTo(BlockStatus.OK));
    StoreRig again = reopen(rig);
    VolumeDriver reader = driver(again, again.volume(1));
    for (int i = 0; i < 3000; i += 7) {
      assertThat(reader.read((long) i * BLOCK, BLOCK)).isEqualTo(pattern(i, BLOCK));
    }
  }

  @Test
  void shouldEndInOrderWithAWriteThatWaitsForSpace() {
    StoreRig rig = StoreRig.fresh(20, 512, 1);
    BlockVolume volume = rig.createPlain(1, 8L << 20, BLOCK);
    List<BlockRequest> writes = new ArrayList<>();
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < 200; i++) {
      long at = random.nextInt(64) * 128L * 1024;
      writes.add(submitWrite(volume, at, pattern(i, 128 * 1024)));
    }
    rig.close();
    assertThat(writes).allSatisfy(write -> assertThat(VolumeDriver.endings(write)).isEqualTo(1));
    assertThat(writes).allSatisfy(write -> assertThat(write.status).isEqualTo(BlockStatus.OK));
  }

  @Test
  void shouldEndUpdatesThatAreUnderWayBeforeItCloses() {
    StoreRig rig = StoreRig.fresh(24, 512, 1);
    BlockVolume volume = rig.createPlain(1, 1L << 20, 512);
    driver(rig, volume).write(0, pattern(1, 64 * BLOCK));
    rig.checkpoint();
    rig.disk.latency(0, 500_000);
    List<BlockRequest> updates = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      updates.add(submitWrite(volume, i * 2L * BLOCK + 512, pattern(i, 512)));
    }
    rig.close();
    assertThat(updates).allSatisfy(update -> assertThat(update.status).isEqualTo(BlockStatus.OK));
    assertThat(updates).allSatisfy(update -> assertThat(VolumeDriver.endings(update)).isEqualTo(1));
    rig.disk.latency(0, 0);
    StoreRig again = reopen(rig);
    assertThat(driver(again, again.volume(1)).read(8 * BLOCK + 512, 512))
        .isEqualTo(pattern(4, 512));
  }

  @Test
  void shouldNotBringADeletedVolumeBackByAChangeOfIt() {
    StoreRig rig = StoreRig.fresh(24, 512, 1);
    rig.createPlain(1, 8L << 20, BLOCK);
    VolumeEntry larger = rig.entry(1, 16L << 20, BLOCK, VolumeEntry.COMPRESSION_NONE, false);
    List<BlockStatus> deleted = new ArrayList<>();
    List<BlockStatus> changed = new ArrayList<>();
    rig.store.deleteVolume(new VolumeId(StoreRig.uuidOf(1)), deleted::add);
    rig.store.changeVolume(larger, changed::add);
    rig.settle();
    assertThat(deleted).containsExactly(BlockStatus.OK);
    assertThat(changed).hasSize(1).doesNotContain(BlockStatus.OK);
    assertThat(rig.store.volumes()).isEmpty();
    assertThat(reopen(rig).store.volumes()).isEmpty();
  }

  @Test
  void shouldRefuseAChangeThatIsSmallerThanOneUnderWay() {
    StoreRig rig = StoreRig.fresh(24, 512, 1);
    rig.createPlain(1, 8L << 20, BLOCK);
    List<BlockStatus> changed = new ArrayList<>();
    for (long mebibytes : new long[] {32, 16}) {
      rig.store.changeVolume(
          rig.entry(1, mebibytes << 20, BLOCK, VolumeEntry.COMPRESSION_NONE, false), changed::add);
    }
    rig.settle();
    assertThat(changed).containsExactlyInAnyOrder(BlockStatus.OK, BlockStatus.INVALID);
    assertThat(rig.volume(1).geometry().sizeBytes()).isEqualTo(32L << 20);
  }

  @Test
  void shouldSealByAChangedEntryAtOnce() {
    StoreRig rig = StoreRig.fresh(24, 512, 1);
    BlockVolume volume = rig.createPlain(1, 8L << 20, BLOCK);
    VolumeEntry compressed = rig.entry(1, 8L << 20, BLOCK, VolumeEntry.COMPRESSION_LZ4, false);
    assertThat(rig.change(compressed)).isEqualTo(BlockStatus.OK);
    byte[] easy = new byte[64 * BLOCK];
    Arrays.fill(easy, (byte) 7);
    long before = rig.store.statistics().usedBytes();
    assertThat(driver(rig, volume).write(0, easy)).isEqualTo(BlockStatus.OK);
    assertThat(rig.store.statistics().usedBytes() - before).isLessThan(easy.length / 4);
  }

  @ParameterizedTest
  @ValueSource(ints = {512, 4096})
  void shouldEndWritesThatWaitWhenTheirVolumeIsDeleted(int alignmentBytes) {
    StoreRig rig = StoreRig.fresh(24, alignmentBytes, 1);
    BlockVolume volume = rig.createSealed(1, 8L << 20);
    BlockVolume other = rig.createSealed(2, 8L << 20);
    List<BlockRequest> writes = new ArrayList<>();
    for (int i = 0; i < 1500; i++) {
      writes.add(submitWrite(volume, (long) i * BLOCK, pattern(i, BLOCK)));
    }
    BlockRequest survivor = submitWrite(other, 0, pattern(77, BLOCK));
    assertThat(rig.delete(1)).isEqualTo(BlockStatus.OK);
    rig.settle();
    assertThat(writes)
        .allSatisfy(write -> assertThat(VolumeDriver.endings(write)).isEqualTo(1))
        .anySatisfy(write -> assertThat(write.status).isEqualTo(BlockStatus.OFFLINE));
    assertThat(survivor.status).isEqualTo(BlockStatus.OK);
    rig.checkpoint();
    rig.settle();
    assertThat(rig.store.statistics().usedBytes()).isLessThan(256 * 1024);
    StoreRig again = reopen(rig);
    assertThat(driver(again, again.volume(2)).read(0, BLOCK)).isEqualTo(pattern(77, BLOCK));
  }

  @Test
  void shouldCallNothingDamagedBecauseItsVolumeWasDeleted() {
    StoreRig rig = StoreRig.fresh(24, 512, 1);
    BlockVolume volume = rig.createSealed(1, 8L << 20);
    driver(rig, volume).write(0, pattern(1, 64 * BLOCK));
    rig.checkpoint();
    rig.disk.latency(50_000, 400_000);
    List<BlockRequest> reads = new ArrayList<>();
    for (int i = 0; i < 64; i++) {
      BlockRequest read =
          VolumeDriver.carrying(BlockOperation.READ, (long) i * BLOCK, new byte[BLOCK]);
      reads.add(read);
      volume.submit(read);
    }
    assertThat(rig.delete(1)).isEqualTo(BlockStatus.OK);
    rig.settle();
    assertThat(reads)
        .allSatisfy(read -> assertThat(VolumeDriver.endings(read)).isEqualTo(1))
        .allSatisfy(read -> assertThat(read.status).isIn(BlockStatus.OK, BlockStatus.OFFLINE));
    assertThat(rig.troubles).isEmpty();
    assertThat(rig.store.health().damagedBlocks()).isZero();
  }

  @Test
  void shouldEndAtomicUpdatesWhenTheirVolumeIsDeleted() {
    StoreRig rig = StoreRig.fresh(24, 512, 1);
    VolumeEntry entry = rig.entry(1, 8L << 20, 512, VolumeEntry.COMPRESSION_LZ4, true);
    BlockVolume volume = rig.create(entry);
    driver(rig, volume).write(0, pattern(1, 64 * BLOCK));
    rig.disk.latency(0, 300_000);
    List<BlockRequest> updates = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      updates.add(submitWrite(volume, i * 1024L + 512, pattern(i, 1024)));
      updates.add(submitWrite(volume, i * (long) BLOCK, pattern(i, BLOCK)));
      BlockRequest zeroes = VolumeDriver.request(BlockOperation.WRITE_ZEROES, 512, 100 * 512);
      updates.add(zeroes);
      volume.submit(zeroes);
    }
    for (int i = 0; i < 10; i++) {
      rig.turn();
    }
    assertThat(rig.delete(1)).isEqualTo(BlockStatus.OK);
    rig.settle();
    assertThat(updates).allSatisfy(update -> assertThat(VolumeDriver.endings(update)).isEqualTo(1));
    rig.disk.latency(0, 0);
    assertThat(reopen(rig).store.volumes()).isEmpty();
  }

  /// The first of two groups is lost and the second is not, so both are cut off. What is written
  /// then lies exactly where the first was, and the second still lies behind it.
  @ParameterizedTest
  @ValueSource(ints = {512, 4096})
  void shouldNotBringBackWhatARecoveryCutOff(int alignmentBytes) {
    StoreRig rig = StoreRig.fresh(24, alignmentBytes, 1);
    BlockVolume volume = rig.createPlain(1, 1L << 20, BLOCK);
    driver(rig, volume).write(0, pattern(1, 8 * BLOCK));
    rig.disk.latency(100_000, 100_000);
    submitWrite(volume, 0, pattern(2, BLOCK));
    rig.turn();
    submitWrite(volume, BLOCK, pattern(3, BLOCK));
    rig.turn();
    assertThat(rig.disk.state().unsynced()).hasSize(2);
    BitSet second = new BitSet();
    second.set(1);
    StoreRig cut = StoreRig.open(rig.clock, rig.disk.crash(new CrashChoice(second, null)));
    byte[] before = Arrays.copyOf(pattern(1, 8 * BLOCK), 2 * BLOCK);
    assertThat(driver(cut, cut.volume(1)).read(0, 2 * BLOCK)).isEqualTo(before);
    byte[] after = pattern(4, BLOCK);
    assertThat(driver(cut, cut.volume(1)).write(4 * BLOCK, after)).isEqualTo(BlockStatus.OK);
    StoreRig again = reopen(cut);
    assertThat(driver(again, again.volume(1)).read(0, 2 * BLOCK)).isEqualTo(before);
    assertThat(driver(again, again.volume(1)).read(4 * BLOCK, BLOCK)).isEqualTo(after);
  }

  @Test
  void shouldLetTwoUpdatesWaitForOneWrite() {
    StoreRig rig = StoreRig.fresh(24, 512, 1);
    BlockVolume volume = rig.createPlain(1, 1L << 20, 512);
    rig.disk.latency(50_000, 50_000);
    List<BlockRequest> all = new ArrayList<>();
    all.add(submitWrite(volume, 64 * BLOCK, pattern(1, BLOCK)));
    all.add(submitWrite(volume, 512, pattern(2, 512)));
    all.add(submitWrite(volume, 8 * BLOCK + 512, pattern(3, 512)));
    all.add(submitWrite(volume, 0, pattern(4, 512)));
    rig.settle();
    for (int turns = 0; turns < 1000; turns++) {
      rig.turn();
    }
    assertThat(all).allSatisfy(each -> assertThat(VolumeDriver.endings(each)).isEqualTo(1));
    assertThat(driver(rig, volume).read(512, 512)).isEqualTo(pattern(2, 512));
    assertThat(driver(rig, volume).read(8 * BLOCK + 512, 512)).isEqualTo(pattern(3, 512));
  }

  /// The merge's pages fill the cache many times over, so some are read again while their groups
  /// are still with the device; that must end when the device fails.
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void shouldGoOnReadingWhenTheDeviceFailsDuringACheckpoint(long seed) {
    StoreRig rig = StoreRig.fresh(40, 512, seed);
    int leaves = 150;
    BlockVolume volume = rig.createPlain(1, leaves * 128L * BLOCK, BLOCK);
    VolumeDriver driver = driver(rig, volume);
    for (int leaf = 0; leaf < leaves; leaf++) {
      driver.write(leaf * 128L * BLOCK, pattern(leaf, BLOCK));
    }
    rig.settle();
    rig.disk.latency(0, 2_000_000);
    rig.store.requestCheckpoint();
    rig.turn();
    SplittableRandom random = new SplittableRandom(seed);
    while (rig.store.checkpointPhase() != Checkpointer.Phase.SETTLING) {
      rig.turn();
    }
    List<BlockRequest> reads = new ArrayList<>();
    rig.disk.faultNext(DiskFault.WRITE_ERROR);
    for (int turns = 0; !rig.store.isFailed(); turns++) {
      assertThat(turns).as("turns until the device fails").isLessThan(TURNS_MAX);
      BlockRequest read =
          VolumeDriver.carrying(
              BlockOperation.READ, random.nextInt(leaves) * 128L * BLOCK, new byte[BLOCK]);
      reads.add(read);
      volume.submit(read);
      rig.turn();
    }
    for (int turns = 0; reads.stream().anyMatch(read -> VolumeDriver.endings(read) == 0); turns++) {
      assertThat(turns).as("turns until all reads have ended").isLessThan(TURNS_MAX);
      rig.turn();
    }
    rig.disk.latency(0, 0);
    for (int leaf = 0; leaf < leaves; leaf++) {
      assertThat(driver.read(leaf * 128L * BLOCK, BLOCK)).isEqualTo(pattern(leaf, BLOCK));
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"READ", "VERIFY"})
  void shouldReuseNoSegmentThatIsBeingRead(BlockOperation operation) {
    StoreRig rig = StoreRig.fresh(20, 512, 1);
    BlockVolume volume = rig.createPlain(1, 8L << 20, BLOCK);
    VolumeDriver driver = driver(rig, volume);
    byte[] first = pattern(1, 16 * BLOCK);
    driver.write(0, first);
    rig.settle();
    rig.disk.faultNext(DiskFault.STUCK);
    BlockRequest read = VolumeDriver.carrying(operation, 0, new byte[16 * BLOCK]);
    volume.submit(read);
    for (int i = 0; i < 300; i++) {
      assertThat(driver.write(i % 8 * 256L * 1024, pattern(100L + i, 256 * 1024)))
          .isEqualTo(BlockStatus.OK);
    }
    assertThat(VolumeDriver.endings(read)).isZero();
    rig.disk.unstick();
    driver.awaitEnd(read);
    assertThat(read.status).isEqualTo(BlockStatus.OK);
    assertThat(rig.troubles).isEmpty();
    if (operation == BlockOperation.READ) {
      byte[] found = new byte[first.length];
      read.data.getBytes(0, found);
      assertThat(found).isEqualTo(first);
    }
  }

  private static StoreRig reopen(StoreRig rig) {
    return StoreRig.open(rig.clock, rig.disk.crash(CrashChoice.loseAll()));
  }

  private static BlockRequest submitWrite(BlockVolume volume, long offset, byte[] bytes) {
    BlockRequest write = VolumeDriver.carrying(BlockOperation.WRITE, offset, bytes);
    volume.submit(write);
    return write;
  }

  private static VolumeDriver driver(StoreRig rig, BlockVolume volume) {
    return new VolumeDriver(volume, rig::turn);
  }

  private static byte[] pattern(long seed, int length) {
    byte[] bytes = new byte[length];
    new SplittableRandom(seed).nextBytes(bytes);
    return bytes;
  }
}
