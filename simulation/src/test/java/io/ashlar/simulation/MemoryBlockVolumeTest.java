package io.ashlar.simulation;

import static io.ashlar.core.volume.VolumeDriver.carrying;
import static io.ashlar.core.volume.VolumeDriver.endings;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ashlar.core.base.CheckFailedException;
import io.ashlar.core.reservation.HostIdentity;
import io.ashlar.core.reservation.Persistence;
import io.ashlar.core.volume.BlockOperation;
import io.ashlar.core.volume.BlockRequest;
import io.ashlar.core.volume.BlockStatus;
import io.ashlar.core.volume.VolumeDriver;
import io.ashlar.core.volume.VolumeGeometry;
import org.junit.jupiter.api.Test;

class MemoryBlockVolumeTest {
  private static final VolumeGeometry GEOMETRY = new VolumeGeometry(1L << 40, 4096);

  private final MemoryBlockVolume volume = MemoryBlockVolume.numbered(1, GEOMETRY);
  private final VolumeDriver driver = new VolumeDriver(volume, () -> {});
  private final byte[] bytes = new byte[4096];

  @Test
  void shouldFailAsManyRequestsAsToldAndChangeNothing() {
    bytes[0] = 1;
    volume.failNext(BlockStatus.MEDIUM_ERROR, 4096);
    volume.failNext(BlockStatus.NO_SPACE);
    assertThat(driver.write(0, bytes)).isEqualTo(BlockStatus.MEDIUM_ERROR);
    assertThat(driver.last().resultBytes).isEqualTo(4096);
    assertThat(driver.write(0, bytes)).isEqualTo(BlockStatus.NO_SPACE);
    assertThat(driver.read(0, 4096)).containsOnly(0);
    assertThat(driver.write(0, bytes)).isEqualTo(BlockStatus.OK);
  }

  @Test
  void shouldWithdrawARequestHeldBeforeItsEffect() {
    bytes[0] = 1;
    volume.holdNext(HoldPoint.BEFORE_EFFECT);
    BlockRequest write = carrying(BlockOperation.WRITE, 0, bytes);
    volume.submit(write);
    assertThat(endings(write)).isZero();
    assertThat(driver.read(0, 4096)).as("the next request is not held").containsOnly(0);
    assertThat(volume.abort(write)).isTrue();
    assertThat(write.status).isEqualTo(BlockStatus.ABORTED);
    volume.releaseHeld();
    assertThat(endings(write)).isOne();
    assertThat(driver.read(0, 4096)).containsOnly(0);
  }

  @Test
  void shouldNotWithdrawARequestHeldAfterItsEffect() {
    bytes[0] = 1;
    volume.holdNext(HoldPoint.AFTER_EFFECT);
    BlockRequest write = carrying(BlockOperation.WRITE, 0, bytes);
    volume.submit(write);
    assertThat(volume.abort(write)).isFalse();
    assertThat(driver.read(0, 4096)).isEqualTo(bytes);
    assertThat(volume.pending()).isOne();
    volume.releaseHeld();
    assertThat(write.status).isEqualTo(BlockStatus.OK);
    assertThat(volume.pending()).isZero();
  }

  @Test
  void shouldRefuseARequestThatIsWithItAlready() {
    volume.holdNext(HoldPoint.BEFORE_EFFECT);
    BlockRequest write = carrying(BlockOperation.WRITE, 0, bytes);
    volume.submit(write);
    assertThatThrownBy(() -> volume.submit(write)).isInstanceOf(CheckFailedException.class);
  }

  @Test
  void shouldEndEverythingWhileOffline() {
    volume.takeOffline();
    assertThat(driver.write(0, bytes)).isEqualTo(BlockStatus.OFFLINE);
    assertThat(driver.run(BlockOperation.FLUSH, 0, 0)).isEqualTo(BlockStatus.OFFLINE);
    volume.bringOnline();
    assertThat(driver.write(0, bytes)).isEqualTo(BlockStatus.OK);
  }

  @Test
  void shouldForgetWhatLiesBeyondAShrunkEnd() {
    bytes[9] = 9;
    driver.write(8192, bytes);
    volume.resize(new VolumeGeometry(8192, 4096));
    assertThat(driver.write(8192, bytes)).isEqualTo(BlockStatus.OUT_OF_RANGE);
    volume.resize(GEOMETRY);
    assertThat(driver.read(8192, 4096)).containsOnly(0);
  }

  @Test
  void shouldCostMemoryForWrittenBlocksOnly() {
    driver.write(GEOMETRY.sizeBytes() - 4096, bytes);
    assertThat(volume.mappedBlocks()).isOne();
    driver.run(BlockOperation.UNMAP, 0, GEOMETRY.sizeBytes());
    assertThat(volume.mappedBlocks()).isZero();
  }

  @Test
  void shouldBringBackReservationsAsTheyWereSaved() {
    HostIdentity host = HostIdentity.iscsi("iqn.2026-01.test:host", 1);
    volume.reservations().register(host, 1);
    volume.reservations().persist(Persistence.PERSISTENT);
    driver.run(BlockOperation.SAVE_RESERVATIONS, 0, 0);
    volume.reservations().replace(host, 1, 2);
    volume.losePower();
    assertThat(volume.reservations().keyOf(host)).isEqualTo(1);
    volume.reservations().persist(Persistence.VOLATILE);
    driver.run(BlockOperation.SAVE_RESERVATIONS, 0, 0);
    volume.losePower();
    assertThat(volume.reservations().registrants()).isEmpty();
  }

  @Test
  void shouldForgetReservationsThatWereNeverSaved() {
    volume.reservations().register(HostIdentity.iscsi("iqn.2026-01.test:host", 1), 1);
    volume.reservations().persist(Persistence.PERSISTENT);
    volume.losePower();
    assertThat(volume.reservations().registrants()).isEmpty();
  }
}
