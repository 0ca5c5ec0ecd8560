package io.ashlar.core.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.ashlar.core.base.Check;
import io.ashlar.core.device.PolledDevice;
import io.ashlar.core.format.UnsupportedFormatException;
import io.ashlar.core.offline.PoolOverview;
import io.ashlar.core.offline.Salvage;
import io.ashlar.core.offline.SalvageReport;
import io.ashlar.core.offline.SalvageRoot;
import io.ashlar.core.offline.SalvageTarget;
import io.ashlar.core.offline.SalvagedVolume;
import io.ashlar.core.store.DamagedImage.Kind;
import io.ashlar.core.store.DamagedImage.Structure;
import io.ashlar.core.volume.BlockOperation;
import io.ashlar.core.volume.BlockStatus;
import io.ashlar.core.volume.VolumeDriver;
import io.ashlar.simulation.CrashChoice;
import io.ashlar.simulation.DiskImage;
import io.ashlar.simulation.SimulatedBlockDevice;
import io.ashlar.simulation.SimulatedClock;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Leaves of the index that the device refuses to read: what lies below them is not served, what is
/// changed below them is kept over checkpoints and restarts, and nothing is lost once the device
/// reads them again.
class DamagedIndexTest {
  private static final int BLOCK = 4096;
  private static final int LEAF_BLOCKS = 128;

  /// A leaf in the middle, whose blocks were all written by then.
  private static final int LEAF = 5;

  private static final int WRITTEN = LEAF * LEAF_BLOCKS + 3;
  private static final int UNMAPPED = LEAF * LEAF_BLOCKS + 40;
  private static final int UNMAPPED_BLOCKS = 24;

  private final byte[] news = new byte[BLOCK];
  private StoreRig rig = open(ScrubTest.GOOD.image.fork());
  private VolumeDriver driver = new VolumeDriver(rig.volume(1), () -> rig.turn());

  /// The device begins to refuse once the store is open: a start reads the log that pages lie in.
  private static StoreRig open(DiskImage image) {
    SimulatedClock clock = new SimulatedClock();
    SimulatedBlockDevice disk = ScrubTest.GOOD.disk(image, clock);
    BadSectors device = new BadSectors(disk);
    StoreRig opened = StoreRig.openThrough(clock, disk, device);
    ScrubTest.GOOD.structures().stream()
        .filter(each -> each.kind() == Kind.PAGE && isOfLeaf(each))
        .forEach(each -> device.spoil(each.offset(), each.bytes()));
    return opened;
  }

  private static boolean isOfLeaf(Structure page) {
    return page.firstBlock() == LEAF * LEAF_BLOCKS && page.blocks() == LEAF_BLOCKS;
  }

  @BeforeEach
  void changeWhatLiesBelow() {
    new SplittableRandom(1).nextBytes(news);
    // As BlockModel reads it: a block names itself.
    new UnsafeBuffer(news).putLong(Long.BYTES, WRITTEN);
    assertThat(driver.write(at(WRITTEN), news)).isEqualTo(BlockStatus.OK);
    assertThat(driver.run(BlockOperation.UNMAP, at(UNMAPPED), at(UNMAPPED_BLOCKS)))
        .isEqualTo(BlockStatus.OK);
  }

  private static long at(int block) {
    return (long) block * BLOCK;
  }

  private BlockStatus verify(int block) {
    return driver.run(BlockOperation.VERIFY, at(block), BLOCK);
  }

  private void restartWith(DiskImage image, boolean isRefusing) {
    rig = isRefusing ? open(image) : ScrubTest.open(image);
    driver = new VolumeDriver(rig.volume(1), () -> rig.turn());
  }

  private DiskImage image() {
    return rig.disk.state().crashed(CrashChoice.loseAll());
  }

  @Test
  void shouldServeWhatChangedAndRefuseTheRestOfTheLeaf() {
    assertThat(driver.read(at(WRITTEN), BLOCK)).isEqualTo(news);
    assertThat(driver.read(at(UNMAPPED), UNMAPPED_BLOCKS * BLOCK)).containsOnly(0);
    assertThat(verify(WRITTEN + 1)).isEqualTo(BlockStatus.MEDIUM_ERROR);
    assertThat(rig.troubles)
        .anyMatch(each -> each.startsWith("reading"))
        .anyMatch(each -> each.contains("blocks below it are not served"));
    assertThat(rig.store.health().damagedPages()).isPositive();
    assertThat(verify((LEAF + 1) * LEAF_BLOCKS)).as("the next leaf").isEqualTo(BlockStatus.OK);
  }

  /// A host that asks what is mapped is told that it cannot be said.
  @Test
  void shouldNotSayWhatIsMappedBelow() {
    assertThat(driver.run(BlockOperation.MAPPING, at(WRITTEN + 1), at(8)))
        .isEqualTo(BlockStatus.MEDIUM_ERROR);
    assertThat(driver.run(BlockOperation.MAPPING, at((LEAF + 1) * LEAF_BLOCKS), at(8)))
        .isEqualTo(BlockStatus.OK);
  }

  @Test
  void shouldCopyNothingThatCannotBeReadAndSaySo() {
    int source = (LEAF - 1) * LEAF_BLOCKS + 96;
    long target = at(DamagedImage.BLOCKS - 64);
    assertThat(driver.copy(rig.volume(1), at(source), target, at(64)))
        .isEqualTo(BlockStatus.MEDIUM_ERROR);
    byte[] copied = driver.read(target, 32 * BLOCK);
    assertThat(copied).as("before the leaf").isEqualTo(driver.read(at(source), 32 * BLOCK));
  }

  @Test
  void shouldKeepWhatChangedOverCheckpointsAndRestarts() {
    for (int round = 0; round < 3; round++) {
      rig.checkpoint();
      restartWith(image(), true);
      assertThat(driver.read(at(WRITTEN), BLOCK)).as("round %d", round).isEqualTo(news);
      assertThat(driver.read(at(UNMAPPED), UNMAPPED_BLOCKS * BLOCK)).containsOnly(0);
      assertThat(verify(WRITTEN + 1)).isEqualTo(BlockStatus.MEDIUM_ERROR);
    }
    restartWith(image(), false);
    assertThat(BlockModel.versions(rig.volume(1), DamagedImage.BLOCKS, rig::turn))
        .isEqualTo(expected());
    rig.checkpoint();
    restartWith(image(), true);
    assertThat(verify(WRITTEN + 1)).as("written anew, elsewhere").isEqualTo(BlockStatus.OK);
  }

  private long[] expected() {
    long[] versions = ScrubTest.GOOD.versions.clone();
    versions[WRITTEN] = versionOf(news);
    Arrays.fill(versions, UNMAPPED, UNMAPPED + UNMAPPED_BLOCKS, 0);
    return versions;
  }

  private static long versionOf(byte[] block) {
    return new UnsafeBuffer(block).getLong(0);
  }

  /// What the checkpoint carried over the leaf counts for those who read the device without a
  /// store, too.
  @Test
  void shouldSalvageWhatACheckpointCarried() throws UnsupportedFormatException {
    rig.checkpoint();
    SimulatedBlockDevice disk = ScrubTest.GOOD.disk(image(), new SimulatedClock());
    PolledDevice device = new PolledDevice(disk);
    SalvageRoot root = Check.present(SalvageRoot.find(device, 0), "the superblocks are sound");
    PoolOverview pool = new PoolOverview(device, root.root());
    assertThat(pool.complaints()).isEmpty();
    assertThat(pool.checkpointPlaces()).isNotEmpty();
    assertThat(pool.volumes()).extracting(each -> each.layer()).containsExactly(1, 2);
    long[] found = new long[DamagedImage.BLOCKS];
    SalvageReport report =
        new Salvage(device, root, StoreRig.keyProvider(), keepingIn(found), 1 << 20).run();
    assertThat(report.isComplete()).isTrue();
    assertThat(found).isEqualTo(expected());
  }

  private static SalvageTarget keepingIn(long[] found) {
    return new SalvageTarget() {
      @Override
      public void onBlock(SalvagedVolume volume, long lba, DirectBuffer block, int offset) {
        found[(int) lba] = block.getLong(offset);
      }

      @Override
      public void onProgress(String sentence) {}
    };
  }
}
