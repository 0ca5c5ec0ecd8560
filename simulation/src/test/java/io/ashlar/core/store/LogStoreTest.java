package io.ashlar.core.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.ashlar.core.checkpoint.Checkpointer;
import io.ashlar.core.format.VolumeEntry;
import io.ashlar.core.volume.BlockOperation;
import io.ashlar.core.volume.BlockRequest;
import io.ashlar.core.volume.BlockStatus;
import io.ashlar.core.volume.BlockVolume;
import io.ashlar.core.volume.VolumeDriver;
import io.ashlar.simulation.CrashChoice;
import io.ashlar.simulation.DiskFault;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LogStoreTest {
  private static final int BLOCK = 4096;

  @ParameterizedTest
  @ValueSource(ints = {512, 4096})
  void shouldServeTheSameDataAfterAnOrderlyEnd(int alignmentBytes) {
    StoreRig rig = StoreRig.fresh(24, alignmentBytes, 1);
    VolumeDriver volume = driver(rig, rig.createSealed(1, 8L << 20));
    byte[] written = pattern(1, 64 * BLOCK);
    assertThat(volume.write(BLOCK, written)).isEqualTo(BlockStatus.OK);
    rig.close();
    StoreRig again = StoreRig.open(rig.clock, rig.disk.crash(CrashChoice.loseAll()));
    assertThat(driver(again, again.volume(1)).read(BLOCK, 64 * BLOCK)).isEqualTo(written);
    assertThat(again.store.root().epoch()).isGreaterThan(rig.store.root().epoch());
  }

  @Test
  void shouldKeepVolumesAndTheirChangesAcrossACrash() {
    StoreRig rig = StoreRig.fresh(24, 512, 1);
    rig.createPlain(1, 8L << 20, 512);
    rig.createSealed(2, 8L << 20);
    rig.createPlain(3, 8L << 20, 4096);
    assertThat(rig.change(rig.entry(1, 16L << 20, 512, VolumeEntry.COMPRESSION_NONE, false)))
        .isEqualTo(BlockStatus.OK);
    assertThat(rig.delete(3)).isEqualTo(BlockStatus.OK);
    StoreRig again = StoreRig.open(rig.clock, rig.disk.crash(CrashChoice.loseAll()));
    assertThat(again.store.volumes()).extracting(VolumeEntry::layer).containsExactly(1, 2);
    assertThat(again.volume(1).geometry().sizeBytes()).isEqualTo(16L << 20);
    assertThat(again.store.isLocked(again.volume(2).id())).isFalse();
  }

  @Test
  void shouldRefuseToShrinkAVolume() {
    StoreRig rig = StoreRig.fresh(24, 512, 1);
    rig.createPlain(1, 8L << 20, 4096);
    assertThat(rig.change(rig.entry(1, 4L << 20, 4096, VolumeEntry.COMPRESSION_NONE, false)))
        .isEqualTo(BlockStatus.INVALID);
  }

  @Test
  void shouldTakeNoRequestsForAVolumeThatIsGone() {
    StoreRig rig = StoreRig.fresh(24, 512, 1);
    BlockVolume volume = rig.createPlain(1, 8L << 20, 4096);
    VolumeDriver driver = driver(rig, volume);
    driver.write(0, pattern(1, BLOCK));
    rig.delete(1);
    assertThat(driver.write(0, pattern(2, BLOCK))).isEqualTo(BlockStatus.OFFLINE);
    assertThat(driver.run(BlockOperation.VERIFY, 0, BLOCK)).isEqualTo(BlockStatus.OFFLINE);
  }

  @Test
  void shouldGetBackTheSpaceOfDeletedVolumes() {
    StoreRig rig = StoreRig.fresh(32, 512, 1);
    for (int layer = 1; layer <= 12; layer++) {
      VolumeDriver volume = driver(rig, rig.createPlain(layer, 8L << 20, 4096));
      for (long at = 0; at < 8 << 20; at += 1 << 20) {
        assertThat(volume.write(at, pattern(layer, 1 << 20))).isEqualTo(BlockStatus.OK);
      }
      assertThat(rig.delete(layer)).isEqualTo(BlockStatus.OK);
    }
    rig.settle();
    rig.checkpoint();
    assertThat(rig.store.statistics().usedBytes()).isLessThan(1 << 20);
  }

  @Test
  void shouldRefuseWritesWhenFullAndGoOnAfterAnUnmap() {
    StoreRig rig = StoreRig.fresh(24, 512, 1);
    VolumeDriver volume = driver(rig, rig.createPlain(1, 64L << 20, 4096));
    long at = 0;
    BlockStatus status = BlockStatus.OK;
    while (status == BlockStatus.OK && at < 64 << 20) {
      status = volume.write(at, pattern(at, 256 * 1024));
      at += 256 * 1024;
    }
    assertThat(status).isEqualTo(BlockStatus.NO_SPACE);
    assertThat(at).as("most of the pool was used").isGreaterThan(10 << 20);
    assertThat(volume.read(0, 256 * 1024)).isEqualTo(pattern(0, 256 * 1024));
    assertThat(volume.write(at, pattern(9, 256 * 1024))).isEqualTo(BlockStatus.NO_SPACE);
    assertThat(volume.run(BlockOperation.UNMAP, 0, 4 << 20)).isEqualTo(BlockStatus.OK);
    assertThat(volume.read(0, BLOCK)).containsOnly(0);
    for (int i = 0; i < 8; i++) {
      byte[] again = pattern(100L + i, 256 * 1024);
      assertThat(volume.write(i * 256L * 1024, again)).as("write %d", i).isEqualTo(BlockStatus.OK);
      assertThat(volume.read(i * 256L * 1024, 256 * 1024)).isEqualTo(again);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void shouldCleanWhileItIsOverwrittenAtRandom(long seed) {
    StoreRig rig = StoreRig.fresh(32, 512, seed);
    int blocks = 14 * 256;
    BlockVolume volume = rig.createPlain(1, (long) blocks * BLOCK, 4096);
    VolumeDriver driver = driver(rig, volume);
    long[] versions = new long[blocks];
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < 20_000; i++) {
      int block = random.nextInt(blocks);
      versions[block] = i + 1L;
      BlockStatus status = driver.write((long) block * BLOCK, stamped(i + 1L, block));
      assertThat(status).as("seed %d write %d", seed, i).isEqualTo(BlockStatus.OK);
    }
    assertThat(rig.store.statistics().movedBytes()).as("the cleaner worked").isPositive();
    StoreRig again = StoreRig.open(rig.clock, rig.disk.crash(CrashChoice.loseAll()));
    VolumeDriver reader = driver(again, again.volume(1));
    for (int block = 0; block < blocks; block++) {
      if (versions[block] != 0) {
        assertThat(reader.read((long) block * BLOCK, BLOCK))
            .as("seed %d block %d", seed, block)
            .isEqualTo(stamped(versions[block], block));
      }
    }
  }

  @Test
  void shouldEndReadsThatWaitWhenTheirVolumeIsDeleted() {
    StoreRig rig = StoreRig.fresh(24, 512, 1);
    BlockVolume volume = rig.createPlain(1, 8L << 20, 4096);
    driver(rig, volume).write(0, pattern(1, 64 * BLOCK));
    List<BlockRequest> reads = new ArrayList<>();
    for (int i = 0; i < 64; i++) {
      BlockRequest read = VolumeDriver.request(BlockOperation.VERIFY, (long) i * BLOCK, BLOCK);
      reads.add(read);
      volume.submit(read);
    }
    assertThat(rig.delete(1)).isEqualTo(BlockStatus.OK);
    rig.settle();
    assertThat(reads)
        .allSatisfy(read -> assertThat(VolumeDriver.endings(read)).isEqualTo(1))
        .anySatisfy(read -> assertThat(read.status).isEqualTo(BlockStatus.OFFLINE));
  }

  @Test
  void shouldTakeNoWritesOnceItsRootIsRefused() {
    StoreRig rig = StoreRig.fresh(24, 512, 1);
    VolumeDriver volume = driver(rig, rig.createPlain(1, 8L << 20, 4096));
    byte[] written = pattern(1, BLOCK);
    volume.write(0, written);
    rig.store.requestCheckpoint();
    while (rig.store.checkpointPhase() != Checkpointer.Phase.SETTLING) {
      rig.turn();
    }
    assertThat(rig.disk.inFlight()).as("all but the superblock is written").isZero();
    rig.disk.faultNext(DiskFault.WRITE_ERROR);
    for (int i = 0; i < 100; i++) {
      rig.turn();
    }
    assertThat(rig.store.isFailed()).isTrue();
    assertThat(rig.troubles)
        .anyMatch(each -> each.contains("takes no more writes") && each.contains("superblock"));
    assertThat(volume.write(0, pattern(2, BLOCK))).isEqualTo(BlockStatus.OFFLINE);
    assertThat(volume.read(0, BLOCK)).isEqualTo(written);
  }

  private static VolumeDriver driver(StoreRig rig, BlockVolume volume) {
    return new VolumeDriver(volume, rig::turn);
  }

  private static byte[] stamped(long version, int block) {
    byte[] bytes = pattern(version * 31L + block, BLOCK);
    bytes[0] = (byte) version;
    return bytes;
  }

  private static byte[] pattern(long seed, int length) {
    byte[] bytes = new byte[length];
    new SplittableRandom(seed).nextBytes(bytes);
    return bytes;
  }
}
