package io.ashlar.core.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.ashlar.core.device.DeviceGeometry;
import io.ashlar.core.volume.BlockVolume;
import io.ashlar.simulation.CrashChoice;
import io.ashlar.simulation.DiskImage;
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

/// Crashes a workload at every device write, in every way worth trying, and recovers each time: no
/// acked write is lost, no write is there in part.
class CrashPointTest {
  private static final int BLOCKS = 192;

  /// A crash point, and which writes had been acked by then.
  private record Point(DiskState state, BitSet acked) {}

  private long recoveries;

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void shouldLoseNoAckedWriteAtAnyCrashPoint(long seed) {
    BlockModel model = new BlockModel(BLOCKS);
    List<Point> points = run(model, seed);
    for (int i = 0; i < points.size(); i++) {
      Point point = points.get(i);
      for (CrashChoice choice : CrashChoice.enumerate(point.state, 4)) {
        recover(model, point, choice, "seed %d point %d".formatted(seed, i));
      }
    }
    System.out.printf(
        "%d recoveries from %d crash points, seed %d%n", recoveries, points.size(), seed);
    assertThat(recoveries).isGreaterThan(points.size());
  }

  private static List<Point> run(BlockModel model, long seed) {
    StoreRig rig = StoreRig.fresh(24, 512, seed);
    BlockVolume volume = rig.createSealed(1, (long) BLOCKS * 4096);
    rig.settle();
    List<Point> points = new ArrayList<>();
    rig.disk.onCrashPoints(state -> points.add(new Point(state, model.ackedNow())));
    SplittableRandom random = new SplittableRandom(seed);
    for (int step = 0; step < 400; step++) {
      for (int burst = random.nextInt(4); burst > 0; burst--) {
        model.submit(volume, random);
      }
      if (random.nextInt(60) == 0) {
        rig.store.requestCheckpoint();
      }
      rig.turn();
    }
    rig.settle();
    return points;
  }

  private void recover(BlockModel model, Point point, CrashChoice choice, String where) {
    recoveries++;
    DiskImage image = point.state.crashed(choice);
    SimulatedClock clock = new SimulatedClock();
    SimulatedDiskOptions options =
        SimulatedDiskOptions.ofSize(25L * StoreRig.SEGMENT_BYTES, recoveries)
            .withGeometry(new DeviceGeometry(25L * StoreRig.SEGMENT_BYTES, 512, 64, true));
    SimulatedBlockDevice disk = new SimulatedBlockDevice("disk", options, clock, image);
    StoreRig rig = StoreRig.open(clock, disk);
    long[] found = BlockModel.versions(rig.volume(1), BLOCKS, rig::turn);
    assertThat(model.complaint(found, point.acked)).as("%s %s", where, choice).isEmpty();
  }
}
