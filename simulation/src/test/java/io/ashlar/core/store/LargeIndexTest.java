package io.ashlar.core.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.ashlar.core.base.Check;
import io.ashlar.core.index.IndexOptions;
import io.ashlar.core.volume.BlockOperation;
import io.ashlar.core.volume.BlockRequest;
import io.ashlar.core.volume.BlockStatus;
import io.ashlar.core.volume.BlockVolume;
import io.ashlar.core.volume.VolumeDriver;
import io.ashlar.simulation.CrashChoice;
import io.ashlar.simulation.SimulatedBlockDevice;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A volume whose index is a large part of the pool, written in single blocks anywhere: each change
/// writes a page of the index anew, so that checkpoint follows checkpoint and old pages fill the
/// pool sooner than anything else does.
class LargeIndexTest {
  private static final int BLOCK = 4096;
  private static final int SEGMENTS = 64;
  private static final long VOLUME_BYTES = 2L << 30;
  private static final int BLOCKS = (int) (VOLUME_BYTES / BLOCK);
  private static final int DEPTH = 32;
  private static final int WRITES = 120_000;
  private static final int TURNS_WITHOUT_END_MAX = 100_000;

  /// The others are of zeroes, which take no room but in the index.
  private static final int DATA_EVERY = 64;

  private static final int LOOK_EVERY = 16;

  private final SplittableRandom random = new SplittableRandom(11);
  private final List<BlockRequest> underWay = new ArrayList<>();
  private final int[] written = new int[BLOCKS];

  @ParameterizedTest
  @ValueSource(ints = {512, 4096})
  void shouldGoOnWhereIndexPagesFillThePool(int alignmentBytes) throws Exception {
    StoreRig format = StoreRig.fresh(SEGMENTS, alignmentBytes, 1);
    format.createPlain(1, VOLUME_BYTES, BLOCK);
    format.close();
    StoreRig rig = open(format, format.disk);
    writeAnywhere(rig, rig.volume(1));
    assertThat(rig.troubles).isEmpty();
    assertThat(rig.store.statistics().freeSegments()).as("free").isGreaterThan(SEGMENTS / 8);
    StoreRig again = open(rig, rig.disk.crash(CrashChoice.loseAll()));
    assertThat(again.troubles).isEmpty();
    expectContents(again);
  }

  private static IndexOptions index(int unit) {
    return new IndexOptions(40, 2048, 8, 256, 8, 4, 5120 + 16 + 128, 16, unit);
  }

  /// With room for a few thousand changes, of which hardly two lie in one page.
  private static StoreRig open(StoreRig before, SimulatedBlockDevice disk) throws Exception {
    StoreOptions.Sizing sizing = new StoreOptions.Sizing(LargeIndexTest::index, 4, 1, 2, 1);
    return StoreRig.openWith(before.clock, disk, sizing);
  }

  private void writeAnywhere(StoreRig rig, BlockVolume volume) {
    int submitted = 0;
    int idleTurns = 0;
    while (submitted < WRITES || !underWay.isEmpty()) {
      while (submitted < WRITES && underWay.size() < DEPTH) {
        int block = random.nextInt(BLOCKS);
        BlockRequest write =
            VolumeDriver.request(BlockOperation.WRITE, (long) block * BLOCK, BLOCK);
        written[block] = ++submitted;
        write.data.wrap(ByteBuffer.allocateDirect(BLOCK));
        if (submitted % DATA_EVERY == 0) {
          write.data.putInt(0, submitted, ByteOrder.BIG_ENDIAN);
        }
        underWay.add(write);
        volume.submit(write);
      }
      rig.turn();
      int before = underWay.size();
      underWay.removeIf(LargeIndexTest::isOver);
      idleTurns = underWay.size() < before ? 0 : idleTurns + 1;
      Check.that(idleTurns < TURNS_WITHOUT_END_MAX, "writes go on", submitted);
    }
  }

  private static boolean isOver(BlockRequest write) {
    if (VolumeDriver.endings(write) == 0) {
      return false;
    }
    assertThat(write.status).isEqualTo(BlockStatus.OK);
    return true;
  }

  private void expectContents(StoreRig rig) {
    VolumeDriver driver = new VolumeDriver(rig.volume(1), rig::turn);
    for (int block = 0; block < BLOCKS; block++) {
      boolean isLooked = written[block] % DATA_EVERY == 0 || block % LOOK_EVERY == 0;
      if (written[block] > 0 && isLooked) {
        ByteBuffer found = ByteBuffer.wrap(driver.read((long) block * BLOCK, BLOCK));
        int expected = written[block] % DATA_EVERY == 0 ? written[block] : 0;
        assertThat(found.getInt(0)).as("block %d", block).isEqualTo(expected);
      }
    }
  }
}
