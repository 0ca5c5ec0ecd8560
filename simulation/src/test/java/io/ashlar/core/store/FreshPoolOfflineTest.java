package io.ashlar.core.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.ashlar.core.base.Check;
import io.ashlar.core.device.PolledDevice;
import io.ashlar.core.format.RecordType;
import io.ashlar.core.format.Superblock;
import io.ashlar.core.format.Superblock.Pieces;
import io.ashlar.core.format.UnsupportedFormatException;
import io.ashlar.core.offline.DeviceAudit;
import io.ashlar.core.offline.PoolOverview;
import io.ashlar.core.offline.Salvage;
import io.ashlar.core.offline.SalvageReport;
import io.ashlar.core.offline.SalvageRoot;
import io.ashlar.core.offline.SalvageTarget;
import io.ashlar.core.offline.SalvagedRange;
import io.ashlar.core.offline.SalvagedVolume;
import io.ashlar.core.offline.SegmentListing;
import io.ashlar.core.offline.SegmentListing.ListedGroup;
import io.ashlar.core.transform.KeyProvider;
import io.ashlar.core.volume.BlockOperation;
import io.ashlar.core.volume.BlockRequest;
import io.ashlar.core.volume.BlockStatus;
import io.ashlar.simulation.CrashChoice;
import io.ashlar.simulation.DiskImage;
import io.ashlar.simulation.SimulatedBlockDevice;
import io.ashlar.simulation.SimulatedClock;
import io.ashlar.simulation.SimulatedDiskOptions;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.agrona.DirectBuffer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// A pool that lost power before its first checkpoint, looked at offline: the log is everything.
class FreshPoolOfflineTest {
  private static final int BLOCK = 4096;
  private static final int BLOCKS = 512;
  private static final int SEGMENTS = 24;
  private static final int PLAIN = 1;
  private static final int SEALED = 2;
  private static final int DELETED = 3;

  private final StoreRig rig = StoreRig.fresh(SEGMENTS, 512, 7);
  private DiskImage image = new DiskImage(0);
  private Superblock root = rig.store.root();

  /// Keeps the first bytes of each block, by layer and number.
  private static final class Blocks implements SalvageTarget {
    final Map<Integer, Map<Long, Long>> byLayer = new TreeMap<>();

    @Override
    public void onBlock(SalvagedVolume volume, long lba, DirectBuffer block, int offset) {
      byLayer
          .computeIfAbsent(volume.layer(), id -> new TreeMap<>())
          .put(lba, block.getLong(offset));
    }

    @Override
    public void onProgress(String sentence) {}
  }

  @BeforeEach
  void work() {
    rig.createPlain(PLAIN, (long) BLOCKS * BLOCK, BLOCK);
    rig.createSealed(SEALED, (long) BLOCKS * BLOCK);
    rig.createPlain(DELETED, (long) BLOCKS * BLOCK, BLOCK);
    for (int layer : new int[] {PLAIN, SEALED, DELETED}) {
      for (long lba = 0; lba < 8; lba++) {
        write(layer, lba, 100L * layer + lba);
      }
    }
    write(PLAIN, 1, 1001);
    move(PLAIN, BlockOperation.UNMAP, 2, 1, 0);
    move(PLAIN, BlockOperation.WRITE_ZEROES, 3, 1, 0);
    write(PLAIN, 4, 0);
    assertThat(rig.delete(DELETED)).isEqualTo(BlockStatus.OK);
    rig.clock.advance(200_000_000);
    for (int turns = 0; turns < 100; turns++) {
      rig.turn();
    }
    image = rig.disk.state().crashed(CrashChoice.loseAll());
    root = rig.store.root();
    assertThat(root.checkpoint()).as("no checkpoint was made").isEqualTo(Pieces.NONE);
  }

  private void write(int layer, long lba, long value) {
    move(layer, BlockOperation.WRITE, lba, 1, value);
  }

  private void move(int layer, BlockOperation operation, long lba, int blocks, long value) {
    boolean[] done = new boolean[1];
    BlockRequest request =
        new BlockRequest(ended -> {
          assertThat(ended.status).isEqualTo(BlockStatus.OK);
          done[0] = true;
        });
    request.operation = operation;
    request.data.wrap(ByteBuffer.allocateDirect(blocks * BLOCK));
    for (int at = 0; value != 0 && at < BLOCK; at += Long.BYTES) {
      request.data.putLong(at, value * (1 + at));
    }
    request.offsetBytes = lba * BLOCK;
    request.lengthBytes = (long) blocks * BLOCK;
    rig.volume(layer).submit(request);
    for (int turns = 0; !done[0]; turns++) {
      assertThat(turns).isLessThan(10_000);
      rig.turn();
    }
  }

  private SimulatedBlockDevice disk(DiskImage of) {
    SimulatedDiskOptions options =
        SimulatedDiskOptions.ofSize(of.sizeBytes(), 1).withGeometry(rig.disk.geometry());
    return new SimulatedBlockDevice("disk", options, new SimulatedClock(), of);
  }

  private SalvageReport salvage(DiskImage of, Blocks blocks, @Nullable KeyProvider keys) {
    PolledDevice device = new PolledDevice(disk(of));
    try {
      SalvageRoot found = Check.present(SalvageRoot.find(device, 0), "something looks like a pool");
      return new Salvage(device, found, keys, blocks, 1 << 20).run();
    } catch (UnsupportedFormatException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void shouldSalvageEverythingFromTheLogAlone() {
    Blocks blocks = new Blocks();
    SalvageReport report = salvage(image.fork(), blocks, StoreRig.keyProvider());
    assertThat(report.checkpoint()).isEqualTo(-1);
    assertThat(report.groupsMissing()).isZero();
    assertThat(report.isComplete()).as("nothing else was ever written").isTrue();
    assertThat(report.volumes()).extracting(SalvagedVolume::layer).containsExactly(PLAIN, SEALED);
    assertThat(blocks.byLayer.get(PLAIN))
        .as("overwritten, unmapped, zeroed")
        .isEqualTo(Map.of(0L, 100L, 1L, 1001L, 5L, 105L, 6L, 106L, 7L, 107L));
    assertThat(blocks.byLayer.get(SEALED)).hasSize(8).containsEntry(7L, 207L);
  }

  @Test
  void shouldShowWhatAStartWouldFind() {
    PoolOverview pool = new PoolOverview(new PolledDevice(disk(image.fork())), root);
    assertThat(pool.complaints()).isEmpty();
    assertThat(pool.isCheckpointRead()).isTrue();
    assertThat(pool.checkpointPlaces()).isEmpty();
    assertThat(pool.volumes()).extracting(each -> each.layer()).containsExactly(PLAIN, SEALED);
    assertThat(pool.logGroups()).isPositive().isLessThanOrEqualTo(pool.logRecords());
    assertThat(pool.logEnd()).isEqualTo(root.replayFrom() + pool.logGroups());
  }

  private ListedGroup groupOf(RecordType type, int segment) {
    return SegmentListing.of(new PolledDevice(disk(image.fork())), root, segment).groups().stream()
        .filter(group -> group.records().stream().anyMatch(record -> record.type() == type))
        .findFirst()
        .orElseThrow();
  }

  private long placeOf(ListedGroup group) {
    return root.geometry().segmentOffset(0) + group.offset();
  }

  @Test
  void shouldListASegmentsGroupsAndWhatIsDamagedAmongThem() {
    SegmentListing sound = SegmentListing.of(new PolledDevice(disk(image.fork())), root, 0);
    assertThat(sound.damages()).isEmpty();
    assertThat(sound.groups()).allMatch(ListedGroup::payloadsSound);
    ListedGroup written = groupOf(RecordType.WRITE, 0);
    assertThat(written.records()).anyMatch(record -> record.storedBytes() > 0);
    DiskImage rotten = image.fork();
    rotten.flipBit(placeOf(written) + written.bytes() - 1000, 2);
    SegmentListing listing = SegmentListing.of(new PolledDevice(disk(rotten)), root, 0);
    assertThat(listing.groups()).hasSameSizeAs(sound.groups());
    assertThat(listing.groups()).filteredOn(each -> !each.payloadsSound()).hasSize(1);
    assertThat(listing.damages())
        .containsExactly(
            "a payload of group %d is damaged at device disk segment 0 offset %d"
                .formatted(written.sequence(), written.offset()));
    DiskImage headless = image.fork();
    headless.flipBit(placeOf(written) + 20, 2);
    assertThat(SegmentListing.of(new PolledDevice(disk(headless)), root, 0).damages())
        .containsExactly(
            "%d bytes hold groups that cannot be read at device disk segment 0 offset %d"
                .formatted(written.bytes(), written.offset()));
    BadSectors refusing = new BadSectors(disk(image.fork()));
    refusing.spoil(placeOf(written), 512);
    assertThat(SegmentListing.of(new PolledDevice(refusing), root, 0).damages())
        .anyMatch(each -> each.contains("the device refuses to read 4096 bytes"));
    int last = sound.groups().getLast().offset();
    DiskImage torn = image.fork();
    torn.flipBit(root.geometry().segmentOffset(0) + last + 30, 2);
    assertThat(SegmentListing.of(new PolledDevice(disk(torn)), root, 0).damages())
        .containsExactly(
            "after the last group begins a broken one: a torn tail, or damage at device disk"
                + " segment 0 offset "
                + last);
  }

  /// Without its record, a volume's name, size and keys are unknown: the layer's number is left.
  @Test
  void shouldGiveBlocksOfVolumesWhoseRecordsAreLost() {
    DiskImage damaged = image.fork();
    for (ListedGroup group :
        SegmentListing.of(new PolledDevice(disk(image.fork())), root, 0).groups()) {
      if (group.records().stream().anyMatch(each -> each.type() == RecordType.VOLUME)) {
        damaged.flipBit(placeOf(group) + 20, 1);
      }
    }
    Blocks blocks = new Blocks();
    SalvageReport report = salvage(damaged, blocks, StoreRig.keyProvider());
    assertThat(report.isComplete()).isFalse();
    assertThat(report.groupsMissing()).isPositive();
    List<SalvagedVolume> found = report.volumes();
    assertThat(found).extracting(SalvagedVolume::layer).containsExactly(PLAIN, SEALED);
    assertThat(found).allMatch(each -> each.entry() == null);
    assertThat(found.getFirst().isLocked()).isFalse();
    assertThat(found.getFirst().blocks(SalvagedRange.Kind.UNCERTAIN)).isEqualTo(8);
    assertThat(blocks.byLayer.get(PLAIN)).containsEntry(7L, 107L).containsEntry(1L, 1001L);
    assertThat(found.getLast().isLocked()).as("its key was in the record").isTrue();
    assertThat(blocks.byLayer).doesNotContainKey(SEALED);
  }

  @Test
  void shouldComplainOfAVolumesRecordThatIsDamaged() {
    ListedGroup volume = groupOf(RecordType.VOLUME, 0);
    DiskImage damaged = image.fork();
    damaged.flipBit(placeOf(volume) + volume.bytes() - 500, 3);
    PoolOverview pool = new PoolOverview(new PolledDevice(disk(damaged)), root);
    assertThat(pool.complaints()).hasSize(1);
    assertThat(pool.complaints().getFirst()).contains("volume");
  }

  @Test
  void shouldAuditWhatIsThereAndMissWhatIsNot() throws UnsupportedFormatException {
    DeviceAudit sound = audit(image.fork());
    assertThat(sound.damages()).isEmpty();
    ListedGroup written = groupOf(RecordType.WRITE, 0);
    DiskImage gap = image.fork();
    gap.fill(placeOf(written), 512, (byte) 0);
    assertThat(audit(gap).damages())
        .anyMatch(each ->
            each.contains(
                "groups %1$d to %1$d of the log are missing".formatted(written.sequence())));
    DiskImage rootless = image.fork();
    rootless.fill(0, Superblock.BYTES, (byte) 0);
    assertThat(audit(rootless).damages())
        .containsExactly("superblock A is not there on device disk");
  }

  private DeviceAudit audit(DiskImage of) throws UnsupportedFormatException {
    DeviceAudit audit = new DeviceAudit(new PolledDevice(disk(of)), root);
    audit.run();
    return audit;
  }
}
