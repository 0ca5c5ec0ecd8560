package io.ashlar.core.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.ashlar.core.store.Mix.Shape;
import io.ashlar.core.store.Recovery.Sample;
import io.ashlar.core.store.StoreHistory.Found;
import io.ashlar.core.store.StoreHistory.Moment;
import io.ashlar.simulation.CrashChoice;
import io.ashlar.simulation.DiskFault;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Workloads on a device that returns errors: what was acked stays, what is read is right, every
/// request ends, and the store says what happened.
@Execution(ExecutionMode.CONCURRENT)
class DeviceFaultTest {
  private static final int TURNS_MAX = 200_000;

  @ParameterizedTest
  @CsvSource({
    "WRITES, 1",
    "WRITES, 2",
    "WRITES, 3",
    "ATOMIC, 1",
    "ATOMIC, 2",
    "DISCARDS, 1",
    "DISCARDS, 2",
    "CLEANING, 1",
    "CLEANING, 2",
    "CLEANING, 3",
    "CHECKPOINTS, 1",
    "CHECKPOINTS, 2",
    "CHECKPOINTS, 3",
  })
  void shouldKeepWhatWasAckedWhenAWriteFails(Mix mix, long seed) {
    CrashWorkload workload = new CrashWorkload(mix, seed);
    workload.run(40);
    workload.runFaulty((int) (17 * seed));
    workload.rig.disk.faultNext(DiskFault.WRITE_ERROR);
    untilFailed(workload);
    Moment failed = workload.history.moment();
    StoreRig rig = workload.rig;
    assertThat(rig.troubles).anyMatch(each -> each.contains("takes no more writes"));
    rig.disk.latency(0, 0);
    Recovery recovery = new Recovery(rig.disk.geometry());
    Map<Integer, Shape> shapes = shapes(workload);
    assertThat(workload.history.pending()).as("requests that did not end").isZero();
    Found shown = recovery.read(rig, shapes, Sample.all());
    assertThat(workload.history.complaint(failed, shown)).as("%s:%d served", mix, seed).isEmpty();

    workload.history.assumeUnknownFollow();
    StoreRig again = StoreRig.open(rig.clock, rig.disk.crash(CrashChoice.loseAll()));
    Found found = recovery.read(again, shapes, Sample.all());
    assertThat(workload.history.complaint(failed, found)).as("%s:%d opened", mix, seed).isEmpty();
  }

  private static void untilFailed(CrashWorkload workload) {
    for (int turn = 0; !workload.rig.store.isFailed(); turn++) {
      assertThat(turn).as("turns until the store has failed").isLessThan(TURNS_MAX);
      workload.runFaulty(1);
    }
    workload.runFaulty(20);
    for (int turn = 0; turn < 2000; turn++) {
      workload.rig.turn();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "WRITES, 1",
    "DISCARDS, 1",
    "CLEANING, 1",
    "CLEANING, 2",
    "CLEANING, 3",
    "CHECKPOINTS, 1"
  })
  void shouldLoseNothingWhenReadsFailForAWhile(Mix mix, long seed) {
    CrashWorkload workload = new CrashWorkload(mix, seed);
    workload.run(40);
    StoreRig rig = workload.rig;
    rig.disk.faultRate(DiskFault.READ_ERROR, 20_000);
    workload.runFaulty(1500);
    rig.disk.faultRate(DiskFault.READ_ERROR, 0);
    rig.settle();
    assertThat(rig.store.isFailed()).isFalse();
    assertThat(rig.store.health().readErrors()).isPositive();
    // A checkpoint forgets which pages could not be read.
    rig.checkpoint();
    rig.disk.latency(0, 0);
    Recovery recovery = new Recovery(rig.disk.geometry());
    expectAll(workload, recovery.read(rig, shapes(workload), Sample.all()));
    StoreRig again = StoreRig.open(rig.clock, rig.disk.crash(CrashChoice.loseAll()));
    expectAll(workload, recovery.read(again, shapes(workload), Sample.all()));
  }

  private static void expectAll(CrashWorkload workload, Found found) {
    List<Integer> layers = List.copyOf(workload.history.now().volumes.keySet());
    assertThat(found.state().volumes.keySet()).containsExactlyElementsOf(layers);
    for (int layer : layers) {
      assertThat(found.state().volumes.get(layer))
          .as("%s layer %d", workload.mix, layer)
          .isEqualTo(workload.history.now().volumes.get(layer));
    }
  }

  private static Map<Integer, Shape> shapes(CrashWorkload workload) {
    return workload.mix.shapes.stream().collect(Collectors.toMap(Shape::layer, shape -> shape));
  }
}
