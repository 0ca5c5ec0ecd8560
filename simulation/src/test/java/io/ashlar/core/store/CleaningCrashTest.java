package io.ashlar.core.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.ashlar.core.device.DeviceGeometry;
import io.ashlar.core.volume.BlockVolume;
import io.ashlar.simulation.CrashChoice;
import io.ashlar.simulation.DiskState;
import io.ashlar.simulation.SimulatedBlockDevice;
import io.ashlar.simulation.SimulatedClock;
import io.ashlar.simulation.SimulatedDiskOptions;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Crashes a pool that is full enough to be cleaned all the time, at device writes that follow a
/// segment's release by the log: it may be in use again, and the last checkpoint does not know.
class CleaningCrashTest {
  private static final int SEGMENTS = 18;
  private static final int BLOCKS = 1280;
  private static final int WARM_UP = 1200;
  private static final int STEPS = 100;
  private static final int STEPS_MAX = 5_000;

  /// A crash point, and which writes had been acked by then.
  private record Point(DiskState state, BitSet acked) {}

  private long recoveries;

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void shouldLoseNothingWhereSegmentsWereReusedBeforeACheckpoint(long seed) {
    BlockModel model = new BlockModel(BLOCKS);
    StoreRig rig = StoreRig.fresh(SEGMENTS, seed % 2 == 0 ? 4096 : 512, seed);
    BlockVolume volume = rig.createPlain(1, (long) BLOCKS * 4096, 4096);
    SplittableRandom random = new SplittableRandom(seed);
    work(rig, model, volume, random, WARM_UP);
    rig.settle();
    long released = rig.store.statistics().segmentsReleased();
    model.rebase(BlockModel.versions(volume, BLOCKS, rig::turn));
    for (int steps = 0; rig.store.statistics().segmentsReleased() == released; steps++) {
      assertThat(steps).as("seed %d: the log releases a segment", seed).isLessThan(STEPS_MAX);
      work(rig, model, volume, random, 1);
    }
    List<Point> points = new ArrayList<>();
    rig.disk.onCrashPoints(state -> points.add(new Point(state, model.ackedNow())));
    work(rig, model, volume, random, STEPS);
    for (int i = 0; i < points.size(); i++) {
      Point point = points.get(i);
      for (CrashChoice choice : CrashChoice.enumerate(point.state, 1)) {
        recover(model, rig, point, choice, "seed %d point %d".formatted(seed, i));
      }
    }
    System.out.printf(
        "%d recoveries from %d crash points while cleaning, seed %d%n",
        recoveries, points.size(), seed);
  }

  private static void work(
      StoreRig rig, BlockModel model, BlockVolume volume, SplittableRandom random, int steps) {
    for (int step = 0; step < steps; step++) {
      model.submit(volume, random);
      rig.turn();
      rig.turn();
    }
  }

  private void recover(
      BlockModel model, StoreRig crashed, Point point, CrashChoice choice, String where) {
    recoveries++;
    SimulatedClock clock = new SimulatedClock();
    DeviceGeometry geometry = crashed.disk.geometry();
    SimulatedDiskOptions options =
        SimulatedDiskOptions.ofSize(geometry.sizeBytes(), recoveries).withGeometry(geometry);
    SimulatedBlockDevice disk =
        new SimulatedBlockDevice("disk", options, clock, point.state.crashed(choice));
    StoreRig rig = StoreRig.open(clock, disk);
    long[] found = BlockModel.versions(rig.volume(1), BLOCKS, rig::turn);
    assertThat(model.complaint(found, point.acked)).as("%s %s", where, choice).isEmpty();
  }
}
