package io.ashlar.core.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ashlar.core.base.CheckFailedException;
import io.ashlar.core.base.Crc32c;
import io.ashlar.core.checkpoint.SuperblockSlots;
import io.ashlar.core.device.DeviceGeometry;
import io.ashlar.core.format.Layout;
import io.ashlar.core.format.Superblock;
import io.ashlar.core.format.VolumeEntry;
import io.ashlar.core.volume.BlockStatus;
import io.ashlar.core.volume.VolumeDriver;
import io.ashlar.core.volume.VolumeId;
import io.ashlar.simulation.CrashChoice;
import io.ashlar.simulation.DiskFault;
import io.ashlar.simulation.DiskImage;
import io.ashlar.simulation.SimulatedBlockDevice;
import io.ashlar.simulation.SimulatedClock;
import io.ashlar.simulation.SimulatedDiskOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Devices that are not served, and why; formatting; the end of a store; and its catalogue's edges.
class StoreOpeningTest {
  private static final int BLOCK = 4096;
  private static final UUID CLUSTER = new UUID(1, 2);

  private static SimulatedBlockDevice disk(long bytes, int alignmentBytes, DiskImage image) {
    SimulatedDiskOptions options =
        SimulatedDiskOptions.ofSize(bytes, 1)
            .withGeometry(new DeviceGeometry(bytes, alignmentBytes, 64, true));
    return new SimulatedBlockDevice("disk", options, new SimulatedClock(), image);
  }

  private static DiskImage formatted(int alignmentBytes) {
    return StoreRig.fresh(24, alignmentBytes, 1).disk.state().crashed(CrashChoice.loseAll());
  }

  private static void expectRefusal(SimulatedBlockDevice disk, UUID cluster, String reason) {
    StoreOptions options = StoreRig.options().of(cluster);
    assertThatThrownBy(() ->
            LogStore.open(
                disk, options, new SimulatedClock(), StoreRig.keyProvider(), sentence -> {}))
        .isInstanceOf(StoreOpenException.class)
        .hasMessageContaining("disk")
        .hasMessageContaining(reason);
  }

  @Test
  void shouldRefuseADeviceThatWasNeverFormatted() {
    expectRefusal(disk(25 << 20, 512, new DiskImage(25 << 20)), CLUSTER, "format it first");
  }

  @Test
  void shouldRefuseADeviceOfAnotherCluster() {
    SimulatedBlockDevice disk = disk(25 << 20, 512, formatted(512));
    long writes = disk.writes();
    expectRefusal(disk, new UUID(7, 7), "belongs to cluster");
    assertThat(disk.writes()).as("nothing was changed").isEqualTo(writes);
  }

  @Test
  void shouldTakeAnyClusterWhereNoneIsWanted() throws StoreOpenException {
    StoreOptions options = StoreRig.options();
    StoreOptions any =
        new StoreOptions(
            null, options.sizing(), options.userGroupsInFlightMax(), options.checkpointBytes());
    SimulatedBlockDevice disk = disk(25 << 20, 512, formatted(512));
    LogStore store =
        LogStore.open(disk, any, new SimulatedClock(), StoreRig.keyProvider(), sentence -> {});
    assertThat(store.root().cluster()).isEqualTo(CLUSTER);
  }

  @Test
  void shouldRefuseADeviceThatHasShrunk() {
    DiskImage whole = formatted(512);
    DiskImage shorter = new DiskImage(20 << 20);
    byte[] bytes = new byte[20 << 20];
    whole.read(0, new UnsafeBuffer(bytes), 0, bytes.length);
    shorter.write(0, bytes, 0, bytes.length);
    expectRefusal(disk(20 << 20, 512, shorter), CLUSTER, "shorter than when it was formatted");
  }

  @Test
  void shouldRefuseADeviceWithLargerBlocks() {
    expectRefusal(disk(25 << 20, 4096, formatted(512)), CLUSTER, "accesses of 512 bytes");
  }

  @Test
  void shouldRefuseADeviceThatHasUsedUpItsEpochs() {
    Superblock root = StoreRig.fresh(24, 512, 1).store.root();
    Superblock last =
        new Superblock(
            root.generation() + 1,
            root.device(),
            root.cluster(),
            root.secret(),
            root.geometry(),
            Superblock.EPOCH_MAX - 1,
            root.clean(),
            root.replayFrom(),
            root.cutSequence(),
            root.checkpoint(),
            root.cursors(),
            root.scrub());
    DiskImage image = formatted(512);
    byte[] bytes = new byte[Superblock.BYTES];
    last.encode(new UnsafeBuffer(bytes), 0, new Crc32c());
    image.write(SuperblockSlots.offsetOf(last), bytes, 0, bytes.length);
    expectRefusal(disk(25 << 20, 512, image), CLUSTER, "used up its epochs");
  }

  @ParameterizedTest
  @CsvSource({
    "1, 'older than this build opens (versions 2 to 3)', 'with the build that wrote it, then format'",
    "4, 'newer than this build knows (versions 2 to 3)', 'use the build that wrote it, or a later one'"
  })
  void shouldRefuseAPoolOfAnotherFormatAndChangeNothing(int version, String reason, String advice) {
    DiskImage image = formatted(512);
    for (int slot = 0; slot < 2; slot++) {
      write(image, slot, version);
    }
    SimulatedBlockDevice disk = disk(25 << 20, 512, image);
    long writes = disk.writes();
    expectRefusal(disk, CLUSTER, reason);
    expectRefusal(disk, CLUSTER, advice);
    assertThat(disk.writes()).as("nothing was changed").isEqualTo(writes);
  }

  /// Gives a superblock another version, and the checksum that goes with it.
  private static void write(DiskImage image, int slot, int version) {
    byte[] bytes = new byte[Superblock.BYTES];
    UnsafeBuffer superblock = new UnsafeBuffer(bytes);
    image.read((long) slot * bytes.length, superblock, 0, bytes.length);
    superblock.putInt(Layout.SUPERBLOCK.offsetOf("format version"), version);
    int from = Layout.SUPERBLOCK.offsetOf("crc32c of what follows") + Integer.BYTES;
    superblock.putInt(from - Integer.BYTES, new Crc32c().of(superblock, from, bytes.length - from));
    image.write((long) slot * bytes.length, bytes, 0, bytes.length);
  }

  @Test
  void shouldRefuseADeviceThatTakesNoNewEpoch() {
    SimulatedBlockDevice disk = disk(25 << 20, 512, formatted(512));
    disk.faultNext(DiskFault.WRITE_ERROR);
    expectRefusal(disk, CLUSTER, "opening a new epoch failed");
  }

  @Test
  void shouldFormatWhatIsLargeEnoughAndSayWhatIsNot() throws StoreOpenException {
    StoreFormat format = new StoreFormat(new UUID(3, 4), CLUSTER, 1, 0);
    long least = StoreFormat.deviceBytesMin();
    assertThatThrownBy(
            () -> LogStore.format(disk(least - 4096, 512, new DiskImage(least - 4096)), format))
        .isInstanceOf(StoreOpenException.class)
        .hasMessageContaining("too small for a pool");
    LogStore.format(disk(least, 512, new DiskImage(least)), format);
    SimulatedBlockDevice refusing = disk(least, 512, new DiskImage(least));
    refusing.faultNext(DiskFault.WRITE_ERROR);
    assertThatThrownBy(() -> LogStore.format(refusing, format))
        .isInstanceOf(StoreOpenException.class)
        .hasMessageContaining("cannot be formatted");
  }

  @ParameterizedTest
  @CsvSource({"1, 4", "8, 8", "32, 32", "64, 64", "1024, 64"})
  void shouldCutDevicesIntoManySegments(long gibibytes, int segmentMebibytes) {
    StoreFormat format = new StoreFormat(new UUID(3, 4), CLUSTER, 1, 0);
    assertThat(format.geometry(gibibytes << 30, 512).segmentBytes())
        .isEqualTo(segmentMebibytes << 20);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 512 * 1024, (1 << 20) + 512})
  void shouldRefuseSegmentsThatAreNotWholeMebibytes(int segmentBytes) {
    assertThatThrownBy(() -> new StoreFormat(new UUID(3, 4), CLUSTER, 1, segmentBytes))
        .isInstanceOf(CheckFailedException.class);
  }

  @Test
  void shouldCloseWhenItsDeviceHasFailedAndStayClosed() {
    StoreRig rig = StoreRig.fresh(24, 512, 1);
    VolumeDriver driver = new VolumeDriver(rig.createPlain(1, 1 << 20, BLOCK), rig::turn);
    rig.disk.faultNext(DiskFault.WRITE_ERROR);
    byte[] block = new byte[BLOCK];
    block[0] = 1;
    assertThat(driver.write(0, block)).isEqualTo(BlockStatus.OFFLINE);
    assertThat(rig.store.deadlineNs()).isEqualTo(Long.MAX_VALUE);
    rig.close();
    rig.store.close();
    rig.turn();
    assertThat(rig.store.isClosed()).isTrue();
  }

  @Test
  void shouldAskToBeWokenForItsMarkOnlyWhileOneIsNeeded() {
    StoreRig rig = StoreRig.fresh(24, 512, 1);
    assertThat(rig.store.deadlineNs()).isEqualTo(Long.MAX_VALUE);
    rig.createPlain(1, 1 << 20, BLOCK);
    assertThat(rig.store.deadlineNs()).isBetween(rig.clock.nanoTime(), Long.MAX_VALUE - 1);
    rig.clock.advance(200_000_000L);
    for (int i = 0; i < 10; i++) {
      rig.turn();
    }
    assertThat(rig.store.deadlineNs()).isEqualTo(Long.MAX_VALUE);
    long writes = rig.disk.writes();
    rig.clock.advance(10_000_000_000L);
    for (int i = 0; i < 1000; i++) {
      rig.clock.advance(1_000_000L);
      rig.turn();
    }
    assertThat(rig.disk.writes()).as("an idle pool is not written to").isEqualTo(writes);
  }

  @Test
  void shouldKnowItsCataloguesEdges() {
    StoreRig rig = StoreRig.fresh(24, 512, 1);
    VolumeEntry entry = rig.entry(1, 1 << 20, BLOCK, VolumeEntry.COMPRESSION_NONE, false);
    assertThat(rig.change(entry)).as("no such volume").isEqualTo(BlockStatus.INVALID);
    assertThat(rig.delete(1)).as("no such volume").isEqualTo(BlockStatus.OFFLINE);
    rig.create(entry);
    assertThatThrownBy(() -> rig.create(entry)).isInstanceOf(CheckFailedException.class);
    VolumeEntry sameIdentity =
        new VolumeEntry(
            entry.uuid(), 9, BLOCK, 1 << 20, entry.compression(), false, "other", new byte[0]);
    assertThatThrownBy(() -> rig.create(sameIdentity)).isInstanceOf(CheckFailedException.class);
    assertThat(rig.change(rig.entry(1, 1 << 20, 512, VolumeEntry.COMPRESSION_NONE, false)))
        .as("another logical block")
        .isEqualTo(BlockStatus.INVALID);
    VolumeEntry otherIdentity =
        new VolumeEntry(
            new UUID(5, 5), 1, BLOCK, 1 << 20, entry.compression(), false, "o", new byte[0]);
    assertThat(rig.change(otherIdentity)).isEqualTo(BlockStatus.INVALID);
    List<BlockStatus> deletes = new ArrayList<>();
    rig.store.deleteVolume(new VolumeId(entry.uuid()), deletes::add);
    rig.store.deleteVolume(new VolumeId(entry.uuid()), deletes::add);
    rig.settle();
    assertThat(deletes).containsExactly(BlockStatus.OK, BlockStatus.OK);
    assertThat(rig.store.volumes()).isEmpty();
  }
}
