package io.ashlar.core.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.ashlar.core.volume.BlockVolume;
import io.ashlar.simulation.CrashChoice;
import io.ashlar.simulation.DiskState;
import io.ashlar.simulation.SimulatedBlockDevice;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Crash after crash on one device: during the workload, while cleaning, during checkpoints, and
/// during recovery itself. What a recovery showed must be what the next one shows.
@Execution(ExecutionMode.CONCURRENT)
class CrashChainTest {
  private static final int BLOCKS = 256;
  private static final int CRASHES = 12;

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20})
  void shouldLoseNothingInARowOfCrashes(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    BlockModel model = new BlockModel(BLOCKS);
    StoreRig rig = StoreRig.fresh(20, random.nextBoolean() ? 512 : 4096, seed);
    rig.createSealed(1, (long) BLOCKS * 4096);
    for (int crash = 0; crash < CRASHES; crash++) {
      String where = "seed %d crash %d".formatted(seed, crash);
      work(rig, model, random);
      BitSet acked = model.ackedNow();
      rig = reopen(rig, random);
      long[] found = BlockModel.versions(rig.volume(1), BLOCKS, rig::turn);
      assertThat(model.complaint(found, acked)).as(where).isEmpty();
      model.rebase(found);
    }
  }

  /// The process dies and the device does not: what was in flight may be in the device's volatile
  /// cache, is read from there, and must not be lost when the power fails next.
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
  void shouldKeepWhatARecoveryShowedThoughThePowerFailsThen(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    BlockModel model = new BlockModel(BLOCKS);
    StoreRig rig = StoreRig.fresh(20, 512, seed);
    rig.createSealed(1, (long) BLOCKS * 4096);
    for (int crash = 0; crash < CRASHES; crash++) {
      String where = "seed %d crash %d".formatted(seed, crash);
      rig.disk.latency(0, 60_000);
      work(rig, model, random);
      BitSet acked = model.ackedNow();
      SimulatedBlockDevice killed = rig.disk.kill(CrashChoice.random(rig.disk.state(), random));
      StoreRig shown = StoreRig.open(rig.clock, killed);
      long[] found = BlockModel.versions(shown.volume(1), BLOCKS, shown::turn);
      assertThat(model.complaint(found, acked)).as(where).isEmpty();
      rig = StoreRig.open(rig.clock, shown.disk.crash(CrashChoice.loseAll()));
      assertThat(BlockModel.versions(rig.volume(1), BLOCKS, rig::turn))
          .as("%s, after the power failed", where)
          .isEqualTo(found);
      model.rebase(found);
    }
  }

  private static void work(StoreRig rig, BlockModel model, SplittableRandom random) {
    BlockVolume volume = rig.volume(1);
    int steps = random.nextInt(400);
    for (int step = 0; step < steps; step++) {
      for (int burst = random.nextInt(5); burst > 0; burst--) {
        model.submit(volume, random);
      }
      if (random.nextInt(40) == 0) {
        rig.store.requestCheckpoint();
      }
      rig.turn();
    }
  }

  /// Crashes, then crashes some of the recoveries too.
  private static StoreRig reopen(StoreRig rig, SplittableRandom random) {
    SimulatedBlockDevice disk = rig.disk.crash(CrashChoice.random(rig.disk.state(), random));
    for (int recoveries = random.nextInt(3); recoveries > 0; recoveries--) {
      List<DiskState> points = new ArrayList<>();
      disk.onCrashPoints(points::add);
      StoreRig interrupted = StoreRig.open(rig.clock, disk);
      disk = interrupted.disk.crash(CrashChoice.random(interrupted.disk.state(), random));
      assertThat(points).as("recovery writes its new epoch").isNotEmpty();
    }
    return StoreRig.open(rig.clock, disk);
  }
}
