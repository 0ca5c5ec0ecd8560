package io.ashlar.core.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.ashlar.core.volume.BlockStatus;
import io.ashlar.core.volume.VolumeDriver;
import io.ashlar.simulation.CrashChoice;
import io.ashlar.simulation.DiskFault;
import io.ashlar.simulation.SimulatedBlockDevice;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SegmentPreparationTest {
  private static final int SEGMENTS = 40;
  private static final int VOLUME_BYTES = 12 << 20;
  private static final int WRITE_BYTES = 256 * 1024;

  private SimulatedBlockDevice disk;
  private ThinDevice thin;
  private StoreRig rig;

  @BeforeEach
  void openAThinDisk() {
    StoreRig formatted = StoreRig.fresh(SEGMENTS, 512, 1);
    disk = formatted.disk.crash(CrashChoice.loseAll());
    thin = new ThinDevice(disk);
    rig = StoreRig.openThrough(formatted.clock, disk, thin);
  }

  @Test
  void shouldLetTheLogGoOnInPreparedSegmentsOnly() {
    rig.settle();
    VolumeDriver volume = volume();
    for (int round = 1; round <= 4; round++) {
      for (int at = 0; at < VOLUME_BYTES; at += WRITE_BYTES) {
        assertThat(volume.write(at, pattern(at + round))).isEqualTo(BlockStatus.OK);
      }
    }
    // The header area, and the segments that the three streams had opened beforehand.
    assertThat(thin.slow.cardinality()).isLessThanOrEqualTo(4);
    assertThat(rig.store.statistics().logBytesWritten()).isGreaterThan(40L << 20);
  }

  @Test
  void shouldNeverTouchWhatHoldsData() {
    VolumeDriver volume = volume();
    int[] seeds = new int[VOLUME_BYTES / WRITE_BYTES];
    SplittableRandom random = new SplittableRandom(7);
    for (int i = 1; i <= 600; i++) {
      int slot = random.nextInt(seeds.length);
      seeds[slot] = i;
      assertThat(volume.write((long) slot * WRITE_BYTES, pattern(i))).isEqualTo(BlockStatus.OK);
    }
    StoreRig again = StoreRig.open(rig.clock, disk.crash(CrashChoice.loseAll()));
    VolumeDriver recovered = new VolumeDriver(again.volume(1), again::turn);
    for (int slot = 0; slot < seeds.length; slot++) {
      if (seeds[slot] != 0) {
        assertThat(recovered.read((long) slot * WRITE_BYTES, WRITE_BYTES))
            .as("slot %d", slot)
            .isEqualTo(pattern(seeds[slot]));
      }
    }
  }

  @Test
  void shouldGoOnUnpreparedWhenTheDiskRefusesZeroes() {
    disk.faultNext(DiskFault.WRITE_ERROR);
    rig.settle();
    int zeroes = thin.plainWrites;
    VolumeDriver volume = volume();
    assertThat(volume.write(0, pattern(1))).isEqualTo(BlockStatus.OK);
    assertThat(volume.read(0, WRITE_BYTES)).isEqualTo(pattern(1));
    assertThat(zeroes).as("one try").isEqualTo(1);
    assertThat(rig.store.isFailed()).isFalse();
  }

  @Test
  void shouldPrepareNothingTwice() {
    rig.settle();
    int zeroes = thin.plainWrites;
    rig.checkpoint();
    rig.settle();
    assertThat(zeroes).isPositive();
    assertThat(thin.plainWrites).isEqualTo(zeroes);
  }

  private VolumeDriver volume() {
    return new VolumeDriver(rig.createPlain(1, VOLUME_BYTES, 4096), rig::turn);
  }

  private static byte[] pattern(int seed) {
    byte[] bytes = new byte[WRITE_BYTES];
    new SplittableRandom(seed).nextBytes(bytes);
    return bytes;
  }
}
