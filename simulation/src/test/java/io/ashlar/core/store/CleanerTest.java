package io.ashlar.core.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.ashlar.core.volume.BlockOperation;
import io.ashlar.core.volume.BlockStatus;
import io.ashlar.core.volume.BlockVolume;
import io.ashlar.core.volume.VolumeDriver;
import io.ashlar.simulation.CrashChoice;
import io.ashlar.simulation.DiskImage;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What the cleaner does with segments that are damaged.
class CleanerTest {
  private static final int BLOCK = 4096;
  private static final int BLOCKS = 1400;
  private static final int SEGMENTS = 20;
  private static final int DAMAGED = 100;
  private static final byte[] HEADER_MAGIC = {'A', 'G', 'R', 'P'};

  private final StoreRig rig = StoreRig.fresh(SEGMENTS, 512, 1);
  private final SplittableRandom random = new SplittableRandom(7);
  private VolumeDriver driver = new VolumeDriver(rig.createPlain(1, 8L << 20, BLOCK), rig::turn);

  @BeforeEach
  void fill() {
    for (int block = 0; block < BLOCKS; block += 10) {
      assertThat(driver.write((long) block * BLOCK, pattern(block, 10 * BLOCK)))
          .isEqualTo(BlockStatus.OK);
    }
    rig.settle();
  }

  @Test
  void shouldLeaveADamagedBlockWhereItIs() {
    byte[] written = driver.read((long) DAMAGED * BLOCK, BLOCK);
    long place = find(Arrays.copyOf(written, 64), 0);
    rig.disk.flipBit(place + 2000, 3);
    overwriteTheRest(4);
    assertThat(driver.run(BlockOperation.VERIFY, (long) DAMAGED * BLOCK, BLOCK))
        .isEqualTo(BlockStatus.MEDIUM_ERROR);
    rig.disk.flipBit(place + 2000, 3);
    assertThat(driver.read((long) DAMAGED * BLOCK, BLOCK)).isEqualTo(written);
    overwriteTheRest(1);
    assertThat(driver.read((long) DAMAGED * BLOCK, BLOCK)).isEqualTo(written);
  }

  @Test
  void shouldKeepASegmentWhoseHeaderIsDamagedAndSaySoOnce() {
    byte[] written = driver.read((long) DAMAGED * BLOCK, 10 * BLOCK);
    long place = find(Arrays.copyOf(written, 64), 0);
    long header = find(HEADER_MAGIC, place - BLOCK);
    assertThat(header).as("the header lies before its payload").isLessThan(place);
    rig.disk.flipBit(header + 40, 1);
    overwriteTheRest(6);
    assertThat(rig.troubles).filteredOn(each -> each.contains("header is damaged")).hasSize(1);
    assertThat(driver.read((long) DAMAGED * BLOCK, 10 * BLOCK)).isEqualTo(written);
  }

  @Test
  void shouldMoveWhatLivesAndNothingElse() {
    overwriteTheRest(3);
    assertThat(rig.store.statistics().movedBytes()).isPositive();
    assertThat(driver.read((long) DAMAGED * BLOCK, 10 * BLOCK))
        .isEqualTo(pattern(DAMAGED, 10 * BLOCK));
    StoreRig again = StoreRig.open(rig.clock, rig.disk.crash(CrashChoice.loseAll()));
    BlockVolume volume = again.volume(1);
    driver = new VolumeDriver(volume, again::turn);
    assertThat(driver.read((long) DAMAGED * BLOCK, 10 * BLOCK))
        .isEqualTo(pattern(DAMAGED, 10 * BLOCK));
  }

  /// Blocks of zeroes are in the index and nowhere else, also those written among others.
  @Test
  void shouldKeepBlocksOfZeroesThatLieAmongLivingOnes() {
    byte[] mixed = pattern(77, 10 * BLOCK);
    Arrays.fill(mixed, 3 * BLOCK, 6 * BLOCK, (byte) 0);
    assertThat(driver.write((long) DAMAGED * BLOCK, mixed)).isEqualTo(BlockStatus.OK);
    overwriteTheRest(4);
    assertThat(rig.store.statistics().movedBytes()).isPositive();
    assertThat(driver.read((long) DAMAGED * BLOCK, 10 * BLOCK)).isEqualTo(mixed);
    StoreRig again = StoreRig.open(rig.clock, rig.disk.crash(CrashChoice.loseAll()));
    driver = new VolumeDriver(again.volume(1), again::turn);
    assertThat(driver.read((long) DAMAGED * BLOCK, 10 * BLOCK)).isEqualTo(mixed);
  }

  /// What is dead may rot without a word, and its segment is cleaned like any other.
  @Test
  void shouldSayNothingOfDamageToWhatIsDead() {
    byte[] written = driver.read((long) DAMAGED * BLOCK, BLOCK);
    long place = find(Arrays.copyOf(written, 64), 0);
    assertThat(driver.write((long) DAMAGED * BLOCK, pattern(5, 10 * BLOCK)))
        .isEqualTo(BlockStatus.OK);
    rig.disk.flipBit(place + 2000, 3);
    overwriteTheRest(4);
    assertThat(rig.store.statistics().movedBytes()).isPositive();
    assertThat(rig.troubles).isEmpty();
    assertThat(driver.read((long) DAMAGED * BLOCK, 10 * BLOCK)).isEqualTo(pattern(5, 10 * BLOCK));
  }

  /// Overwrites all blocks but the ten from [#DAMAGED] on, one at a time at random, so that every
  /// old segment is cleaned.
  private void overwriteTheRest(int rounds) {
    for (int i = 0; i < rounds * BLOCKS; i++) {
      int block = random.nextInt(BLOCKS);
      if (block < DAMAGED || block >= DAMAGED + 10) {
        assertThat(driver.write((long) block * BLOCK, pattern(i * 31L + block, BLOCK)))
            .isEqualTo(BlockStatus.OK);
      }
    }
    rig.settle();
  }

  /// The first unit from `from` on that begins with these bytes.
  private long find(byte[] begin, long from) {
    DiskImage image = rig.disk.state().crashed(CrashChoice.loseAll());
    byte[] found = new byte[begin.length];
    for (long at = from; at < image.sizeBytes(); at += 512) {
      image.read(at, new UnsafeBuffer(found), 0, found.length);
      if (Arrays.equals(found, begin)) {
        return at;
      }
    }
    throw new AssertionError("not on the disk");
  }

  private static byte[] pattern(long seed, int length) {
    byte[] bytes = new byte[length];
    new SplittableRandom(seed).nextBytes(bytes);
    return bytes;
  }
}
