package io.ashlar.core.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ashlar.core.device.BlockDevice;
import io.ashlar.core.device.DeviceOperation;
import io.ashlar.core.device.DeviceRequest;
import io.ashlar.core.format.VolumeEntry;
import io.ashlar.core.volume.BlockOperation;
import io.ashlar.core.volume.BlockRequest;
import io.ashlar.core.volume.BlockStatus;
import io.ashlar.core.volume.BlockVolume;
import io.ashlar.core.volume.VolumeDriver;
import io.ashlar.simulation.CrashChoice;
import io.ashlar.simulation.DiskFault;
import io.ashlar.simulation.SimulatedBlockDevice;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/// A store at its limits: a log that takes no more for now, a pool that cannot be cleaned, an index
/// that is too small for what is on the device.
class StoreLimitsTest {
  private static final int BLOCK = 4096;

  private static byte[] pattern(long seed, int length) {
    byte[] bytes = new byte[length];
    new SplittableRandom(seed).nextBytes(bytes);
    return bytes;
  }

  private static List<BlockRequest> saveReservations(BlockVolume volume, int count) {
    List<BlockRequest> saves = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      BlockRequest save = VolumeDriver.request(BlockOperation.SAVE_RESERVATIONS, 0, 0);
      saves.add(save);
      volume.submit(save);
    }
    return saves;
  }

  private static void expectEnded(List<BlockRequest> requests, BlockStatus status) {
    assertThat(requests)
        .allSatisfy(each -> assertThat(VolumeDriver.endings(each)).isOne())
        .allSatisfy(each -> assertThat(each.status).isEqualTo(status));
  }

  /// All groups are with a slow device, so that a change of the volumes has to wait for one.
  @Test
  void shouldQueueChangesOfVolumesBehindAFullLog() {
    StoreRig rig = StoreRig.fresh(24, 512, 1);
    BlockVolume volume = rig.createPlain(1, 8L << 20, BLOCK);
    rig.disk.latency(2_000_000, 2_000_000);
    List<BlockRequest> saves = saveReservations(volume, 3000);
    List<BlockStatus> changes = new ArrayList<>();
    for (int layer = 2; layer < 6; layer++) {
      VolumeEntry entry = rig.entry(layer, 1 << 20, BLOCK, VolumeEntry.COMPRESSION_NONE, false);
      rig.store.createVolume(entry, changes::add);
    }
    assertThat(changes).as("none is durable").isEmpty();
    rig.settle();
    expectEnded(saves, BlockStatus.OK);
    assertThat(changes).hasSize(4).containsOnly(BlockStatus.OK);
    rig.disk.latency(0, 0);
    StoreRig again = StoreRig.open(rig.clock, rig.disk.crash(CrashChoice.loseAll()));
    assertThat(again.store.volumes()).extracting(VolumeEntry::layer).containsExactly(1, 2, 3, 4, 5);
  }

  @Test
  void shouldEndChangesOfVolumesThatWaitWhenTheDeviceFails() {
    StoreRig rig = StoreRig.fresh(24, 512, 1);
    BlockVolume volume = rig.createPlain(1, 8L << 20, BLOCK);
    rig.disk.latency(2_000_000, 2_000_000);
    List<BlockRequest> saves = saveReservations(volume, 3000);
    List<BlockStatus> changes = new ArrayList<>();
    VolumeEntry entry = rig.entry(2, 1 << 20, BLOCK, VolumeEntry.COMPRESSION_NONE, false);
    rig.store.createVolume(entry, changes::add);
    rig.disk.unplug();
    for (int turns = 0; turns < 1000; turns++) {
      rig.turn();
    }
    assertThat(rig.store.isFailed()).isTrue();
    expectEnded(saves, BlockStatus.OFFLINE);
    assertThat(changes).containsExactly(BlockStatus.OFFLINE);
    rig.close();
    assertThat(rig.store.isClosed()).as("a failed store ends in order, too").isTrue();
  }

  /// What a failed store still has in flight ends before the store says that it is closed.
  @Test
  void shouldCloseAFailedStoreOnlyWhenTheDeviceIsDone() {
    StoreRig rig = StoreRig.fresh(24, 512, 1);
    VolumeDriver driver = new VolumeDriver(rig.createPlain(1, 8L << 20, BLOCK), rig::turn);
    driver.write(0, pattern(1, BLOCK));
    rig.disk.faultNext(DiskFault.WRITE_ERROR);
    assertThat(driver.write(0, pattern(2, BLOCK))).isEqualTo(BlockStatus.OFFLINE);
    rig.disk.latency(1_000_000, 1_000_000);
    BlockRequest read = VolumeDriver.carrying(BlockOperation.READ, 0, new byte[BLOCK]);
    driver.volume().submit(read);
    rig.store.close();
    rig.turn();
    assertThat(rig.store.isClosed()).isFalse();
    rig.close();
    assertThat(VolumeDriver.endings(read)).isOne();
  }

  /// A device that refuses every read as long as the cleaner's.
  private static final class LongReadsFail extends RefusingDevice {
    private boolean isRefusing;

    LongReadsFail(BlockDevice device) {
      super(device);
    }

    @Override
    boolean refuses(DeviceRequest request) {
      boolean isLong = request.operation == DeviceOperation.READ && request.length > 40 * BLOCK;
      return isLong && isRefusing;
    }
  }

  /// Nothing is gained any more, and a write that waits for room for ever would be worse than one
  /// that is refused. What was acked stays readable.
  @Test
  void shouldRefuseWritesWhenNothingCanBeCleaned() {
    StoreRig formatted = StoreRig.fresh(24, 512, 1);
    SimulatedBlockDevice disk = formatted.disk.crash(CrashChoice.loseAll());
    LongReadsFail device = new LongReadsFail(disk);
    StoreRig rig = StoreRig.openThrough(formatted.clock, disk, device);
    device.isRefusing = true;
    int blocks = 1024;
    VolumeDriver driver =
        new VolumeDriver(rig.createPlain(1, (long) blocks * BLOCK, BLOCK), rig::turn);
    SplittableRandom random = new SplittableRandom(1);
    long[] versions = new long[blocks];
    BlockStatus status = BlockStatus.OK;
    for (int i = 1; status == BlockStatus.OK; i++) {
      assertThat(i).as("writes until the pool is full").isLessThan(50_000);
      int block = random.nextInt(blocks);
      status = driver.write((long) block * BLOCK, pattern(i, BLOCK));
      versions[block] = status == BlockStatus.OK ? i : versions[block];
    }
    assertThat(status).isEqualTo(BlockStatus.NO_SPACE);
    assertThat(rig.store.isFailed()).isFalse();
    assertThat(rig.troubles).anyMatch(each -> each.contains("the segment is kept as it is"));
    for (int block = 0; block < blocks; block++) {
      if (versions[block] > 0) {
        assertThat(driver.read((long) block * BLOCK, BLOCK))
            .as("block %d", block)
            .isEqualTo(pattern(versions[block], BLOCK));
      }
    }
  }

  private static SimulatedBlockDevice used() {
    StoreRig rig = StoreRig.fresh(24, 512, 1);
    for (int layer = 1; layer <= 3; layer++) {
      VolumeDriver driver = new VolumeDriver(rig.createPlain(layer, 8L << 20, BLOCK), rig::turn);
      assertThat(driver.write(0, pattern(layer, 64 * BLOCK))).isEqualTo(BlockStatus.OK);
    }
    return rig.disk.crash(CrashChoice.loseAll());
  }

  private static StoreOptions.Sizing sizing(int points, int layers, int updates) {
    return new StoreOptions.Sizing(unit -> StoreRig.index(points, layers, unit), 4, 1, updates, 1);
  }

  @Test
  void shouldSayThatTheIndexIsTooSmallForTheLog() {
    StoreRig clock = StoreRig.fresh(24, 512, 2);
    assertThatThrownBy(() -> StoreRig.openWith(clock.clock, used(), sizing(128, 16, 2)))
        .isInstanceOf(StoreOpenException.class)
        .hasMessageContaining("more changes than this node's index has room for")
        .hasMessageContaining("larger index budget");
    assertThatThrownBy(() -> StoreRig.openWith(clock.clock, used(), sizing(512, 2, 2)))
        .isInstanceOf(StoreOpenException.class)
        .hasMessageContaining("more volumes than this node's index has room for")
        .hasMessageContaining("larger index budget");
  }

  /// Each changes a part of the blocks that the one before it changes, so that they go one by one,
  /// in the order of their coming; one apart from them goes on beside.
  @Test
  void shouldKeepTheOrderOfManyUpdatesThatMeet() throws StoreOpenException {
    StoreRig formatted = StoreRig.fresh(24, 512, 1);
    StoreRig rig =
        StoreRig.openWith(
            formatted.clock, formatted.disk.crash(CrashChoice.loseAll()), sizing(512, 16, 8));
    BlockVolume volume = rig.createPlain(1, 8L << 20, 512);
    byte[] expected = new byte[8 * BLOCK];
    rig.disk.latency(20_000, 200_000);
    List<BlockRequest> updates = new ArrayList<>();
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < 200; i++) {
      int offset = random.nextInt(16) * 512 + (i % 3 == 0 ? 4 * BLOCK : 0);
      byte[] bytes = pattern(i, 512 * (1 + random.nextInt(7)));
      System.arraycopy(bytes, 0, expected, offset, bytes.length);
      BlockRequest update = VolumeDriver.carrying(BlockOperation.WRITE, offset, bytes);
      updates.add(update);
      volume.submit(update);
    }
    rig.settle();
    expectEnded(updates, BlockStatus.OK);
    VolumeDriver driver = new VolumeDriver(volume, rig::turn);
    assertThat(driver.read(0, expected.length)).isEqualTo(expected);
  }
}
