package io.ashlar.core.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.ashlar.core.volume.BlockVolume;
import io.ashlar.simulation.CrashChoice;
import io.ashlar.simulation.SimulatedBlockDevice;
import io.ashlar.simulation.SimulatedDiskOptions;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What lives on the device is counted after a start as it was before, wherever the pieces of the
/// checkpoint came to lie. A segment that is counted short would be freed with pages alive in it.
class RestoredCountsTest {
  private static final int BLOCKS = 1024;

  /// Enough for a piece to be the first thing of a new segment in some rounds.
  private static final int ROUNDS = 120;

  @ParameterizedTest
  @ValueSource(ints = {512, 4096})
  void shouldCountAfterAStartWhatWasCountedBefore(int unitBytes) {
    StoreRig rig = StoreRig.fresh(32, unitBytes, 1);
    BlockVolume volume = rig.createPlain(1, BLOCKS * 4096L, 4096);
    BlockModel model = new BlockModel(BLOCKS);
    SplittableRandom random = new SplittableRandom(1);
    for (int round = 0; round < ROUNDS; round++) {
      // Where nothing changed, a piece is the first thing of its group, and perhaps of its segment.
      for (int i = random.nextInt(40) - 20; i >= 0; i--) {
        model.submit(volume, random);
        rig.settle();
      }
      rig.checkpoint();
      rig.settle();
      long used = rig.store.statistics().usedBytes();
      rig = restarted(rig);
      volume = rig.volume(1);
      assertThat(rig.store.statistics().usedBytes())
          .as("bytes used, round " + round)
          .isEqualTo(used);
    }
  }

  /// The same disk after a crash that lost what was not durable.
  private static StoreRig restarted(StoreRig rig) {
    SimulatedDiskOptions options =
        SimulatedDiskOptions.ofSize(rig.disk.geometry().sizeBytes(), 1)
            .withGeometry(rig.disk.geometry());
    return StoreRig.open(
        rig.clock,
        new SimulatedBlockDevice(
            "disk", options, rig.clock, rig.disk.state().crashed(CrashChoice.loseAll())));
  }
}
