package io.ashlar.core.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.ashlar.core.volume.BlockOperation;
import io.ashlar.core.volume.BlockRequest;
import io.ashlar.core.volume.BlockVolume;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/// What changed is put into a checkpoint once nothing happens any more, and then there is quiet.
class IdleCheckpointTest {
  private static final long SECOND_NS = 1_000_000_000L;
  private static final int BLOCKS = 256;

  private final StoreRig rig = StoreRig.fresh(18, 512, 1);
  private final BlockVolume volume = rig.createPlain(1, BLOCKS * 4096L, 4096);
  private final BlockModel model = new BlockModel(BLOCKS);
  private final SplittableRandom random = new SplittableRandom(1);

  private void write() {
    model.submit(volume, random);
    rig.settle();
  }

  private void idle(int seconds) {
    for (int second = 0; second < seconds; second++) {
      rig.clock.advance(SECOND_NS);
      rig.turn();
      rig.settle();
    }
  }

  private long checkpoints() {
    return rig.store.statistics().checkpoints();
  }

  @Test
  void shouldMakeOneCheckpointAfterAChangeAndThenRest() {
    write();
    idle(3);
    assertThat(checkpoints()).as("soon after a write").isZero();
    idle(5);
    assertThat(checkpoints()).as("when nothing happens").isEqualTo(1);
    long writes = rig.disk.writes();
    assertThat(rig.store.deadlineNs()).as("nothing is planned").isEqualTo(Long.MAX_VALUE);
    idle(600);
    assertThat(checkpoints()).as("without another change").isEqualTo(1);
    assertThat(rig.disk.writes()).as("an idle disk").isEqualTo(writes);
    write();
    idle(8);
    assertThat(checkpoints()).as("after another change").isEqualTo(2);
  }

  @Test
  void shouldNotDisturbHostsThatKeepWriting() {
    for (int second = 0; second < 30; second++) {
      write();
      idle(1);
    }
    assertThat(checkpoints()).isZero();
  }

  @Test
  void shouldShowDiscardedSpaceAsFree() {
    for (int i = 0; i < 20; i++) {
      write();
    }
    rig.checkpoint();
    long used = rig.store.statistics().usedBytes();
    BlockRequest unmap = new BlockRequest(ended -> {});
    unmap.operation = BlockOperation.UNMAP;
    unmap.lengthBytes = BLOCKS * 4096L;
    volume.submit(unmap);
    rig.settle();
    idle(8);
    assertThat(used).isGreaterThan(100_000);
    assertThat(rig.store.statistics().usedBytes()).isLessThan(used / 10);
  }
}
