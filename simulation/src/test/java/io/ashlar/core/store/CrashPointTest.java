package io.ashlar.core.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.ashlar.core.store.CrashWorkload.CrashPoint;
import io.ashlar.core.store.Mix.Shape;
import io.ashlar.core.store.Recovery.Sample;
import io.ashlar.core.store.StoreHistory.Found;
import io.ashlar.simulation.CrashChoice;
import io.ashlar.simulation.DiskImage;
import io.ashlar.simulation.DiskState;
import io.ashlar.simulation.SimulatedBlockDevice;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Crashes workloads at every device write, in every way worth trying, and recovers each time, some
/// times from a crash during the recovery too: no acked write is lost, none is there in part, and
/// what is there is a prefix of the log.
///
/// A failure names its place as `mix:seed:point:choice`; `-Dashlar.crash=` with that runs it alone;
/// the last parts may be left out, and several be given with commas between.
@Execution(ExecutionMode.CONCURRENT)
class CrashPointTest {
  private static final long RECOVERIES_WANTED = 100_000;
  private static final int POINTS = Integer.getInteger("ashlar.crash.points", 250);
  private static final int SEEDS = Integer.getInteger("ashlar.crash.seeds", 4);
  private static final int UNSYNCED_MAX = 6;
  private static final String PLACE = System.getProperty("ashlar.crash", "");

  private static final AtomicLong RECOVERIES = new AtomicLong();

  static List<String> workloads() {
    if (!PLACE.isEmpty()) {
      return List.of(PLACE.split(",", -1));
    }
    List<String> all = new ArrayList<>();
    for (int seed = 1; seed <= SEEDS; seed++) {
      for (Mix mix : Mix.values()) {
        all.add(mix + ":" + seed);
      }
    }
    return all;
  }

  @AfterAll
  static void shouldHaveRecoveredOftenEnough() {
    System.out.printf("%d recoveries from crashes%n", RECOVERIES.get());
    if (PLACE.isEmpty() && SEEDS >= 4) {
      assertThat(RECOVERIES.get()).as("recoveries").isGreaterThanOrEqualTo(RECOVERIES_WANTED);
    }
  }

  @ParameterizedTest
  @MethodSource("workloads")
  void shouldLoseNoAckedWriteAtAnyCrashPoint(String place) {
    String[] parts = place.split(":", -1);
    Mix mix = Mix.valueOf(parts[0]);
    long seed = Long.parseLong(parts[1]);
    CrashWorkload workload = new CrashWorkload(mix, seed);
    workload.run(POINTS);
    Trial trial = new Trial(workload, seed);
    trial.checkUncrashed();
    for (int point = 0; point < workload.points.size(); point++) {
      if (parts.length < 3 || point == Integer.parseInt(parts[2])) {
        trial.crashAt(point, parts.length < 4 ? -1 : Integer.parseInt(parts[3]));
      }
    }
    RECOVERIES.addAndGet(trial.recoveries);
    System.out.printf(
        "%s: %d recoveries from %d crash points%n",
        place, trial.recoveries, workload.points.size());
  }

  /// The crashes of one workload.
  private static final class Trial {
    private final CrashWorkload workload;
    private final long seed;
    private final Recovery recovery;
    private final Map<Integer, Shape> shapes;
    private final int readPercent;
    private long recoveries;

    Trial(CrashWorkload workload, long seed) {
      this.workload = workload;
      this.seed = seed;
      recovery = new Recovery(workload.rig.disk.geometry());
      shapes = workload.mix.shapes.stream().collect(Collectors.toMap(Shape::layer, shape -> shape));
      readPercent = workload.mix == Mix.CLEANING ? 25 : 100;
    }

    void checkUncrashed() {
      Found found = recovery.read(workload.rig, shapes, Sample.all());
      for (Map.Entry<Integer, long[]> volume : workload.history.now().volumes.entrySet()) {
        assertThat(found.state().volumes.get(volume.getKey()))
            .as("%s:%d without a crash, layer %d", workload.mix, seed, volume.getKey())
            .isEqualTo(volume.getValue());
      }
    }

    void crashAt(int point, int onlyChoice) {
      CrashPoint at = workload.points.get(point);
      List<CrashChoice> choices = CrashChoice.enumerate(at.disk(), UNSYNCED_MAX);
      for (int choice = 0; choice < choices.size(); choice++) {
        if (onlyChoice < 0 || choice == onlyChoice) {
          String place = "%s:%d:%d:%d".formatted(workload.mix, seed, point, choice);
          try {
            recover(at, choices.get(choice), new SplittableRandom(place.hashCode()));
          } catch (AssertionError | RuntimeException e) {
            throw new AssertionError(
                "%s, replay with -Dtest=CrashPointTest -Dashlar.crash=%s: %s"
                    .formatted(choices.get(choice), place, e.getMessage()),
                e);
          }
        }
      }
    }

    private void recover(CrashPoint at, CrashChoice choice, SplittableRandom random) {
      DiskImage image = at.disk().crashed(choice);
      if (random.nextBoolean()) {
        trimFree(image, at.free());
      }
      SimulatedBlockDevice disk = recovery.disk(image, random.nextLong());
      List<DiskState> ownPoints = new ArrayList<>();
      disk.onCrashPoints(ownPoints::add);
      StoreRig rig = StoreRig.open(workload.rig.clock, disk);
      judge(at, rig, random);
      if (random.nextInt(8) == 0) {
        recoverFromCrashDuring(at, ownPoints, random);
      }
    }

    /// What is free is anybody's to overwrite: recovery needs nothing of it.
    private static void trimFree(DiskImage image, BitSet free) {
      for (int segment = free.nextSetBit(0); segment >= 0; segment = free.nextSetBit(segment + 1)) {
        image.trim((segment + 1L) * StoreRig.SEGMENT_BYTES, StoreRig.SEGMENT_BYTES);
      }
    }

    /// The recovery itself was crashed at its only write, or later.
    private void recoverFromCrashDuring(
        CrashPoint at, List<DiskState> points, SplittableRandom random) {
      DiskState state = points.get(random.nextInt(points.size()));
      CrashChoice choice = CrashChoice.random(state, random);
      SimulatedBlockDevice disk = recovery.disk(state.crashed(choice), random.nextLong());
      judge(at, StoreRig.open(workload.rig.clock, disk), random);
    }

    private void judge(CrashPoint at, StoreRig rig, SplittableRandom random) {
      recoveries++;
      Found found = recovery.read(rig, shapes, new Sample(readPercent, random));
      assertThat(workload.history.complaint(at.moment(), found)).isEmpty();
    }
  }
}
