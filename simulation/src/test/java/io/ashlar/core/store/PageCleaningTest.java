package io.ashlar.core.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.ashlar.core.segment.Stream;
import io.ashlar.core.volume.BlockStatus;
import io.ashlar.core.volume.VolumeDriver;
import io.ashlar.simulation.CrashChoice;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/// Index pages that outlive those written with them: their segments are cleaned too, so that a few
/// old leaves do not hold a segment each.
class PageCleaningTest {
  private static final int BLOCK = 4096;
  private static final int LEAF_BLOCKS = 128;
  private static final int LEAVES = 512;
  private static final int ROUNDS = 8;

  private final StoreRig rig = StoreRig.fresh(24, 512, 5);
  private final VolumeDriver driver =
      new VolumeDriver(rig.createSealed(1, (long) LEAVES * LEAF_BLOCKS * BLOCK), () -> rig.turn());

  private static byte[] content(int leaf, int round) {
    byte[] block = new byte[BLOCK];
    Arrays.fill(block, (byte) (1 + leaf % 101 + round));
    return block;
  }

  private static long place(int leaf) {
    return (long) leaf * LEAF_BLOCKS * BLOCK;
  }

  /// Each round writes fewer leaves than the one before, so that each leaves an eighth behind for
  /// ever, among pages that die.
  @Test
  void shouldNotLetOldPagesHoldASegmentEach() {
    for (int round = 0; round < ROUNDS; round++) {
      for (int leaf = 0; leaf < LEAVES; leaf++) {
        if (leaf % ROUNDS >= round) {
          assertThat(driver.write(place(leaf), content(leaf, round))).isEqualTo(BlockStatus.OK);
        }
      }
    }
    for (int checkpoints = 0; checkpoints < 4; checkpoints++) {
      assertThat(driver.write(place(0), content(0, checkpoints))).isEqualTo(BlockStatus.OK);
      rig.checkpoint();
      rig.settle();
    }
    assertThat(rig.store.segments().held(Stream.META)).isLessThanOrEqualTo(3);
    StoreRig again = StoreRig.open(rig.clock, rig.disk.crash(CrashChoice.loseAll()));
    VolumeDriver reader = new VolumeDriver(again.volume(1), again::turn);
    for (int leaf = 1; leaf < LEAVES; leaf++) {
      assertThat(reader.read(place(leaf), BLOCK))
          .as("leaf %d", leaf)
          .isEqualTo(content(leaf, leaf % ROUNDS));
    }
    assertThat(again.troubles).isEmpty();
  }
}
