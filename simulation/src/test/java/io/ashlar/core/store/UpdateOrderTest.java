package io.ashlar.core.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.ashlar.core.volume.BlockOperation;
import io.ashlar.core.volume.BlockRequest;
import io.ashlar.core.volume.BlockStatus;
import io.ashlar.core.volume.BlockVolume;
import io.ashlar.core.volume.VolumeDriver;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Writes of whole blocks beside updates of a part of them, on a device that takes its time: each
/// takes effect as a whole, in the order in which they were let in.
class UpdateOrderTest {
  private static final int BLOCK = 4096;
  private static final int SECTOR = 512;

  private static StoreRig rig(int alignmentBytes) {
    StoreRig rig = StoreRig.fresh(24, alignmentBytes, 1);
    VolumeDriver driver = new VolumeDriver(rig.createPlain(1, 1L << 20, SECTOR), rig::turn);
    assertThat(driver.write(0, pattern(1, BLOCK))).isEqualTo(BlockStatus.OK);
    rig.settle();
    rig.disk.latency(100_000, 100_000);
    return rig;
  }

  @ParameterizedTest
  @ValueSource(ints = {512, 4096})
  void shouldNotLoseAWriteToAnUpdateThatReadBeforeIt(int alignmentBytes) {
    StoreRig rig = rig(alignmentBytes);
    BlockVolume volume = rig.volume(1);
    BlockRequest update = submitWrite(volume, SECTOR, pattern(2, SECTOR));
    rig.turn();
    assertThat(rig.disk.inFlight()).as("the update reads").isEqualTo(1);
    BlockRequest write = submitWrite(volume, 0, pattern(3, BLOCK));
    expectBoth(rig, update, write, pattern(3, BLOCK));
  }

  @ParameterizedTest
  @ValueSource(ints = {512, 4096})
  void shouldNotLoseAWriteToAnUpdateThatReadsWhileItIsUnderWay(int alignmentBytes) {
    StoreRig rig = rig(alignmentBytes);
    BlockVolume volume = rig.volume(1);
    BlockRequest write = submitWrite(volume, 0, pattern(3, BLOCK));
    rig.turn();
    assertThat(rig.disk.inFlight()).as("the write is with the device").isEqualTo(1);
    BlockRequest update = submitWrite(volume, SECTOR, pattern(2, SECTOR));
    byte[] both = pattern(3, BLOCK);
    System.arraycopy(pattern(2, SECTOR), 0, both, SECTOR, SECTOR);
    expectBoth(rig, write, update, both);
  }

  private static void expectBoth(
      StoreRig rig, BlockRequest first, BlockRequest second, byte[] content) {
    rig.settle();
    VolumeDriver driver = new VolumeDriver(rig.volume(1), rig::turn);
    driver.awaitEnd(first);
    driver.awaitEnd(second);
    assertThat(first.status).isEqualTo(BlockStatus.OK);
    assertThat(second.status).isEqualTo(BlockStatus.OK);
    assertThat(driver.read(0, BLOCK)).isEqualTo(content);
  }

  private static BlockRequest submitWrite(BlockVolume volume, long offset, byte[] bytes) {
    BlockRequest write = VolumeDriver.carrying(BlockOperation.WRITE, offset, bytes);
    volume.submit(write);
    return write;
  }

  private static byte[] pattern(long seed, int length) {
    byte[] bytes = new byte[length];
    new SplittableRandom(seed).nextBytes(bytes);
    return bytes;
  }
}
