package io.ashlar.core.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.ashlar.core.checkpoint.Checkpointer;
import io.ashlar.core.segment.SegmentState;
import io.ashlar.core.segment.SegmentTable;
import io.ashlar.core.volume.BlockStatus;
import io.ashlar.core.volume.VolumeDriver;
import io.ashlar.simulation.CrashChoice;
import io.ashlar.simulation.DiskImage;
import io.ashlar.simulation.SimulatedBlockDevice;
import io.ashlar.simulation.SimulatedClock;
import io.ashlar.simulation.SimulatedDiskOptions;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/// Segments that nobody reads any more, yet recovery replays their groups: they are not free before
/// a checkpoint that was begun after their last group. Here the power fails just when they might
/// have become free, and all that is free is erased.
class ReplayedSegmentsTest {
  private static final int BLOCK = 4096;
  private static final int ALIGNMENT_BYTES = 4096;
  private static final long LEAF_BLOCKS = 128;
  private static final int LEAVES = 150;
  private static final long VOLUME_BLOCKS = 4096;

  /// Blocks of a write, and how many of them the next one leaves.
  private static final int WRITTEN = 20;

  private static final int LIVING = 18;

  /// With one free segment less the cleaner begins.
  private static final int FREE_BEFORE = 6;

  /// Blocks that are written again and again.
  private static final int OVERWRITTEN = 8;

  private static final int WRITES_MAX = 400;
  private static final int TURNS_MAX = 100_000;

  /// What each block that was written must hold.
  private final TreeMap<Long, byte[]> content = new TreeMap<>();

  private long seed = 1;

  private void write(StoreRig rig, long block, int count) {
    byte[] bytes = new byte[count * BLOCK];
    new SplittableRandom(seed++).nextBytes(bytes);
    VolumeDriver driver = new VolumeDriver(rig.volume(1), rig::turn);
    assertThat(driver.write(block * BLOCK, bytes)).isEqualTo(BlockStatus.OK);
    for (int i = 0; i < count; i++) {
      content.put(block + i, Arrays.copyOfRange(bytes, i * BLOCK, (i + 1) * BLOCK));
    }
  }

  /// What is written while a checkpoint merges is dead before it ends, a whole segment of it.
  @Test
  void shouldKeepWhatDiedDuringACheckpoint() {
    StoreRig fresh = StoreRig.fresh(24, ALIGNMENT_BYTES, 1);
    fresh.createPlain(1, LEAVES * LEAF_BLOCKS * BLOCK, BLOCK);
    fresh.close();
    HeldReads device = new HeldReads(fresh.disk);
    StoreRig rig = StoreRig.openThrough(fresh.clock, fresh.disk, device);
    // More leaves than the cache holds: to merge the first is to read it.
    for (long leaf = 0; leaf < LEAVES; leaf++) {
      write(rig, leaf * LEAF_BLOCKS, 1);
    }
    rig.settle();
    rig.checkpoint();
    write(rig, 1, 1);
    device.hold();
    rig.store.requestCheckpoint();
    for (int turns = 0; !device.isAnyHeld(); turns++) {
      assertThat(turns).as("turns until the merge reads").isLessThan(TURNS_MAX);
      rig.turn();
    }
    assertThat(rig.store.checkpointPhase()).isEqualTo(Checkpointer.Phase.MERGING);
    sealASegmentOfDeadBlocks(rig);
    long checkpoints = rig.store.statistics().checkpoints();
    device.release();
    for (int turns = 0; rig.store.statistics().checkpoints() == checkpoints; turns++) {
      assertThat(turns).as("turns until the checkpoint ends").isLessThan(TURNS_MAX);
      rig.turn();
    }
    expectAllAfterACrash(rig);
  }

  /// What was written since the checkpoint is the best victim by far: nearly dead, while most of
  /// what is older lives.
  @Test
  void shouldNotCleanWhatWasWrittenSinceTheCheckpoint() {
    StoreRig rig = StoreRig.fresh(16, ALIGNMENT_BYTES, 1);
    rig.createPlain(1, VOLUME_BLOCKS * BLOCK, BLOCK);
    for (long block = OVERWRITTEN;
        rig.store.segments().free().count() > FREE_BEFORE;
        block += LIVING) {
      write(rig, block, WRITTEN);
    }
    rig.settle();
    rig.checkpoint();
    long checkpoints = rig.store.statistics().checkpoints();
    for (int writes = 0; rig.store.segments().free().count() == FREE_BEFORE; writes++) {
      assertThat(writes).as("writes until a segment is full").isLessThan(WRITES_MAX);
      write(rig, writes % OVERWRITTEN, 1);
    }
    for (int turns = 0; rig.store.segments().free().count() < FREE_BEFORE; turns++) {
      assertThat(turns).as("turns until the log frees a segment").isLessThan(TURNS_MAX);
      rig.turn();
    }
    assertThat(rig.store.statistics().checkpoints()).isEqualTo(checkpoints);
    expectAllAfterACrash(rig);
  }

  /// Overwrites a few blocks one by one until that alone fills a segment. On a device of 4 KiB
  /// blocks a lone block takes two, so that a segment is full before the delta table.
  private void sealASegmentOfDeadBlocks(StoreRig rig) {
    SegmentTable segments = rig.store.segments();
    int generation = segments.generationLast();
    for (int writes = 0; !isSealed(segments, generation + 1); writes++) {
      assertThat(writes).as("writes until a segment is sealed").isLessThan(WRITES_MAX);
      write(rig, writes % OVERWRITTEN, 1);
    }
    // What was written last lives in it yet.
    for (int block = 0; block < OVERWRITTEN; block++) {
      write(rig, block, 1);
    }
    assertThat(segments.countGainable()).as("dead segments").isPositive();
  }

  private static boolean isSealed(SegmentTable segments, int generation) {
    for (int segment = 0; segment < segments.geometry().segments(); segment++) {
      if (segments.generation(segment) == generation) {
        return segments.state(segment) == SegmentState.SEALED;
      }
    }
    return false;
  }

  private void expectAllAfterACrash(StoreRig rig) {
    DiskImage image = rig.disk.state().crashed(CrashChoice.loseAll());
    for (int segment = 0; segment < rig.store.segments().geometry().segments(); segment++) {
      if (rig.store.segments().state(segment) == SegmentState.FREE) {
        image.trim((segment + 1L) * StoreRig.SEGMENT_BYTES, StoreRig.SEGMENT_BYTES);
      }
    }
    SimulatedClock clock = new SimulatedClock();
    SimulatedDiskOptions options =
        SimulatedDiskOptions.ofSize(rig.disk.geometry().sizeBytes(), 1)
            .withGeometry(rig.disk.geometry());
    StoreRig again =
        StoreRig.open(clock, new SimulatedBlockDevice("crashed", options, clock, image));
    VolumeDriver reader = new VolumeDriver(again.volume(1), again::turn);
    content.forEach((block, bytes) ->
        assertThat(reader.read(block * BLOCK, BLOCK)).as("block %d", block).isEqualTo(bytes));
    assertThat(again.troubles).isEmpty();
  }
}
