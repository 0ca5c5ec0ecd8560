package io.ashlar.core.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.ashlar.core.base.Check;
import io.ashlar.core.device.DeviceGeometry;
import io.ashlar.core.device.PolledDevice;
import io.ashlar.core.format.UnsupportedFormatException;
import io.ashlar.core.offline.Salvage;
import io.ashlar.core.offline.SalvageReport;
import io.ashlar.core.offline.SalvageRoot;
import io.ashlar.core.offline.SalvageTarget;
import io.ashlar.core.offline.SalvagedVolume;
import io.ashlar.core.segment.SegmentState;
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
import org.agrona.DirectBuffer;
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
  private static final int SALVAGE_EVERY = 15;

  /// A crash point, which writes had been acked by then, and which segments could be used again.
  private record Point(DiskState state, BitSet acked, BitSet free) {
    /// The disk after the crash.
    DiskImage crashed(CrashChoice choice) {
      return state.crashed(choice);
    }

    /// The disk after the crash, with other bytes in what was free.
    DiskImage overwritten(CrashChoice choice) {
      DiskImage image = crashed(choice);
      free.stream()
          .forEach(segment ->
              image.fill(
                  (segment + 1L) * StoreRig.SEGMENT_BYTES, StoreRig.SEGMENT_BYTES, (byte) 0x6B));
      return image;
    }
  }

  private long recoveries;

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void shouldLoseNothingWhereSegmentsWereReusedBeforeACheckpoint(long seed) {
    BlockModel model = new BlockModel(BLOCKS);
    StoreRig rig = StoreRig.fresh(SEGMENTS, seed % 2 == 0 ? 4096 : 512, seed);
    // Several groups are under way at most crash points.
    rig.disk.latency(0, 60_000);
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
    rig.disk.onCrashPoints(state -> points.add(new Point(state, model.ackedNow(), free(rig))));
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

  private static BitSet free(StoreRig rig) {
    BitSet free = new BitSet();
    for (int segment = 0; segment < SEGMENTS; segment++) {
      free.set(segment, rig.store.segments().state(segment) == SegmentState.FREE);
    }
    return free;
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
    StoreRig rig = StoreRig.open(new SimulatedClock(), disk(crashed, point, choice));
    long[] found = BlockModel.versions(rig.volume(1), BLOCKS, rig::turn);
    assertThat(model.complaint(found, point.acked)).as("%s %s", where, choice).isEmpty();
    if (recoveries % SALVAGE_EVERY == 0) {
      // Nothing is torn where all is lost; of what is torn a salvage cannot tell whether it
      // counted.
      CrashChoice whole = CrashChoice.loseAll();
      long[] salvaged = salvage(new PolledDevice(disk(crashed, point, whole)));
      assertThat(model.complaint(salvaged, point.acked))
          .as("salvage, %s %s", where, whole)
          .isEmpty();
    }
  }

  private SimulatedBlockDevice disk(StoreRig crashed, Point point, CrashChoice choice) {
    DeviceGeometry geometry = crashed.disk.geometry();
    SimulatedDiskOptions options =
        SimulatedDiskOptions.ofSize(geometry.sizeBytes(), recoveries).withGeometry(geometry);
    boolean isOverwritten = recoveries % 2 == 0;
    DiskImage image = isOverwritten ? point.overwritten(choice) : point.crashed(choice);
    return new SimulatedBlockDevice("disk", options, new SimulatedClock(), image);
  }

  /// What offline tools make of it: older groups lie in segments that were released and used again.
  private static long[] salvage(PolledDevice device) {
    long[] versions = new long[BLOCKS];
    SalvageTarget target =
        new SalvageTarget() {
          @Override
          public void onBlock(SalvagedVolume volume, long lba, DirectBuffer block, int offset) {
            versions[(int) lba] = block.getLong(offset);
          }

          @Override
          public void onProgress(String sentence) {}
        };
    try {
      SalvageRoot root = Check.present(SalvageRoot.find(device, 0), "the superblocks are there");
      SalvageReport report = new Salvage(device, root, null, target, 1 << 20).run();
      assertThat(report.volumes().getFirst().ranges()).as("a crash damages nothing").isEmpty();
      return versions;
    } catch (UnsupportedFormatException e) {
      throw new AssertionError(e);
    }
  }
}
