package io.ashlar.core.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.ashlar.core.base.Check;
import io.ashlar.core.device.BlockDevice;
import io.ashlar.core.device.PolledDevice;
import io.ashlar.core.format.RecordType;
import io.ashlar.core.format.Superblock;
import io.ashlar.core.format.UnsupportedFormatException;
import io.ashlar.core.offline.DeviceAudit;
import io.ashlar.core.offline.PoolOverview;
import io.ashlar.core.offline.Salvage;
import io.ashlar.core.offline.SalvageReport;
import io.ashlar.core.offline.SalvageRoot;
import io.ashlar.core.offline.SalvageTarget;
import io.ashlar.core.offline.SalvagedVolume;
import io.ashlar.core.offline.SegmentListing;
import io.ashlar.core.offline.SegmentListing.ListedGroup;
import io.ashlar.core.volume.BlockOperation;
import io.ashlar.core.volume.BlockStatus;
import io.ashlar.core.volume.VolumeDriver;
import io.ashlar.simulation.CrashChoice;
import io.ashlar.simulation.DiskImage;
import io.ashlar.simulation.DiskState;
import io.ashlar.simulation.SimulatedBlockDevice;
import io.ashlar.simulation.SimulatedClock;
import io.ashlar.simulation.SimulatedDiskOptions;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A pool with two checkpoints and a log behind them that reaches where the trees do not: leaves
/// that were never there, leaves that were unmapped as a whole, a volume that is younger.
class SalvageAfterCheckpointTest {
  private static final int BLOCK = 4096;
  private static final int LEAF_BLOCKS = 128;
  private static final int LEAVES = 16;
  private static final int SEGMENTS = 24;
  private static final int OLD = 1;
  private static final int YOUNG = 2;

  private final StoreRig rig = StoreRig.fresh(SEGMENTS, 512, 3);
  private final TreeMap<Integer, Map<Long, Long>> expected = new TreeMap<>();
  private DiskImage image = new DiskImage(0);
  private Superblock root = rig.store.root();
  private long formerCheckpoint;

  /// Keeps the first bytes of each block, by layer and number.
  private static final class Blocks implements SalvageTarget {
    final TreeMap<Integer, Map<Long, Long>> byLayer = new TreeMap<>();

    @Override
    public void onBlock(SalvagedVolume volume, long lba, DirectBuffer block, int offset) {
      byLayer
          .computeIfAbsent(volume.layer(), id -> new TreeMap<>())
          .put(lba, block.getLong(offset));
    }

    @Override
    public void onProgress(String sentence) {}
  }

  private void write(int layer, long lba, long value) {
    byte[] bytes = new byte[BLOCK];
    for (int at = 0; at < BLOCK; at += Long.BYTES) {
      new UnsafeBuffer(bytes).putLong(at, value * (1 + at));
    }
    VolumeDriver driver = new VolumeDriver(rig.volume(layer), rig::turn);
    assertThat(driver.write(lba * BLOCK, bytes)).isEqualTo(BlockStatus.OK);
    expected.computeIfAbsent(layer, id -> new TreeMap<>()).put(lba, value);
  }

  private void unmap(long lba, long blocks) {
    VolumeDriver driver = new VolumeDriver(rig.volume(OLD), rig::turn);
    assertThat(driver.run(BlockOperation.UNMAP, lba * BLOCK, blocks * BLOCK))
        .isEqualTo(BlockStatus.OK);
    Check.present(expected.get(OLD), "it has blocks")
        .keySet()
        .removeIf(each -> each >= lba && each < lba + blocks);
  }

  @BeforeEach
  void work() {
    rig.createPlain(OLD, (long) LEAVES * LEAF_BLOCKS * BLOCK, BLOCK);
    for (long leaf = 0; leaf < 8; leaf++) {
      write(OLD, leaf * LEAF_BLOCKS, 100 + leaf);
      write(OLD, leaf * LEAF_BLOCKS + 9, 200 + leaf);
    }
    rig.checkpoint();
    rig.settle();
    formerCheckpoint = rig.store.root().checkpoint().number();
    unmap(2 * LEAF_BLOCKS, 2 * LEAF_BLOCKS);
    rig.checkpoint();
    rig.settle();
    write(OLD, 2 * LEAF_BLOCKS + 5, 301);
    write(OLD, 12 * LEAF_BLOCKS, 302);
    write(OLD, 9, 303);
    rig.createPlain(YOUNG, (long) LEAVES * LEAF_BLOCKS * BLOCK, BLOCK);
    write(YOUNG, 3 * LEAF_BLOCKS + 1, 401);
    unmap(5 * LEAF_BLOCKS, 16);
    VolumeDriver driver = new VolumeDriver(rig.volume(OLD), rig::turn);
    assertThat(driver.run(BlockOperation.SAVE_RESERVATIONS, 0, 0)).isEqualTo(BlockStatus.OK);
    rig.clock.advance(200_000_000);
    for (int turns = 0; turns < 100; turns++) {
      rig.turn();
    }
    image = rig.disk.state().crashed(CrashChoice.loseAll());
    root = rig.store.root();
  }

  private SimulatedBlockDevice disk(DiskImage of) {
    SimulatedDiskOptions options =
        SimulatedDiskOptions.ofSize(of.sizeBytes(), 1).withGeometry(rig.disk.geometry());
    return new SimulatedBlockDevice("disk", options, new SimulatedClock(), of);
  }

  private static SalvageReport salvage(BlockDevice from, Blocks blocks) {
    PolledDevice device = new PolledDevice(from);
    try {
      SalvageRoot found = Check.present(SalvageRoot.find(device, 0), "something looks like a pool");
      return new Salvage(device, found, StoreRig.keyProvider(), blocks, 1 << 20).run();
    } catch (UnsupportedFormatException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void shouldFindWhatIsOnlyInTheLog() {
    Blocks blocks = new Blocks();
    SalvageReport report = salvage(disk(image.fork()), blocks);
    assertThat(report.isComplete()).isTrue();
    assertThat(report.checkpoint()).isEqualTo(root.checkpoint().number());
    assertThat(blocks.byLayer).isEqualTo(expected);
  }

  @Test
  void shouldShowThePoolAsAStartWouldFindIt() {
    PoolOverview pool = new PoolOverview(new PolledDevice(disk(image.fork())), root);
    assertThat(pool.complaints()).isEmpty();
    assertThat(pool.isCheckpointRead()).isTrue();
    assertThat(pool.checkpointPlaces()).isNotEmpty();
    assertThat(pool.volumes()).extracting(each -> each.layer()).containsExactly(OLD, YOUNG);
    assertThat(pool.logGroups()).isPositive();
    assertThat(pool.segments().geometry()).isEqualTo(root.geometry());
  }

  @Test
  void shouldShowWhyAStartWouldRefuseThePool() {
    DiskImage rotten = image.fork();
    long piece = root.checkpoint().address() * 512;
    rotten.flipBit(piece + 60, 1);
    PoolOverview pool = new PoolOverview(new PolledDevice(disk(rotten)), root);
    assertThat(pool.isCheckpointRead()).isFalse();
    assertThat(pool.complaints()).hasSize(1);
    assertThat(pool.complaints().getFirst()).contains("checkpoint").contains("offset");
    assertThat(pool.volumes()).isEmpty();
  }

  /// The newest checkpoint cannot be read: by damage, or because the device refuses. The one before
  /// it and the log give the same blocks, and what that misses is told.
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void shouldGoBackToTheCheckpointBefore(boolean isRefused) {
    DiskImage damaged = image.fork();
    long piece = root.checkpoint().address() * 512;
    // Without its superblock nothing says which checkpoint counts.
    damaged.fill((root.generation() & 1) * Superblock.BYTES, Superblock.BYTES, (byte) 0x5A);
    SimulatedBlockDevice disk = disk(damaged);
    BlockDevice device = isRefused ? new BadSectors(disk).spoil(piece, 512) : disk;
    if (!isRefused) {
      damaged.flipBit(piece + 60, 1);
    }
    Blocks blocks = new Blocks();
    SalvageReport report = salvage(device, blocks);
    assertThat(report.soundSuperblocks()).isEqualTo(1);
    assertThat(report.checkpoint()).isEqualTo(formerCheckpoint);
    assertThat(blocks.byLayer).isEqualTo(expected);
  }

  /// The young volume's record is damaged, so that nothing says that there is such a volume: what
  /// is given is not called everything.
  @Test
  void shouldNotCallItCompleteWhenAVolumesRecordIsDamaged() {
    DiskImage damaged = image.fork();
    for (int segment = 0; segment < SEGMENTS; segment++) {
      for (ListedGroup group :
          SegmentListing.of(new PolledDevice(disk(image.fork())), root, segment).groups()) {
        boolean isOfYoung =
            group.sequence() >= root.replayFrom()
                && group.records().stream().anyMatch(each -> each.type() == RecordType.VOLUME);
        if (isOfYoung) {
          long end = root.geometry().segmentOffset(segment) + group.offset() + group.bytes();
          damaged.flipBit(end - 500, 3);
        }
      }
    }
    Blocks blocks = new Blocks();
    SalvageReport report = salvage(disk(damaged), blocks);
    assertThat(blocks.byLayer.get(OLD)).isEqualTo(expected.get(OLD));
    assertThat(report.volumes()).extracting(SalvagedVolume::layer).contains(OLD);
    assertThat(report.isComplete()).isFalse();
  }

  /// The last group was never durable: power was lost while it was written. An audit finds a torn
  /// tail there, and no damage.
  @Test
  void shouldNotCallATornTailDamage() throws UnsupportedFormatException {
    DiskImage torn = tornTail();
    DeviceAudit audit = new DeviceAudit(new PolledDevice(disk(torn)), root);
    audit.run();
    assertThat(audit.damages()).isEmpty();
    DeviceAudit sound = new DeviceAudit(new PolledDevice(disk(image.fork())), root);
    sound.run();
    assertThat(audit.groups()).as("the header of the tail is whole").isGreaterThan(sound.groups());
  }

  /// A last write of which the header is on the disk and the payload is not.
  private DiskImage tornTail() {
    rig.disk.latency(1_000_000, 1_000_000);
    byte[] noise = new byte[BLOCK];
    new SplittableRandom(1).nextBytes(noise);
    rig.volume(OLD).submit(VolumeDriver.carrying(BlockOperation.WRITE, 0, noise));
    rig.turn();
    DiskState state = rig.disk.state();
    assertThat(state.unsynced()).hasSize(1);
    long offset = state.unsynced().getFirst().offset();
    DiskImage torn = state.crashed(CrashChoice.keepAll(state));
    torn.fill(offset + BLOCK / 2, 512, (byte) 0);
    return torn;
  }
}
