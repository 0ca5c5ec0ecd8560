package io.ashlar.nvme.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ashlar.core.base.CheckFailedException;
import io.ashlar.core.device.DeviceOperation;
import io.ashlar.core.device.DeviceRequest;
import io.ashlar.core.device.DeviceStatus;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What every disk of this machine must do beyond the port's own contract.
public abstract class LocalBlockDeviceContract {
  protected static final int QUEUE_DEPTH = 8;
  protected static final long SIZE_BYTES = 4 << 20;
  private static final int BLOCK = DeviceDriver.BLOCK_BYTES;

  @TempDir protected Path directory;
  protected DeviceDriver driver;

  /// A device of [#SIZE_BYTES] and [#QUEUE_DEPTH], zeroed.
  protected abstract LocalBlockDevice open() throws Exception;

  @BeforeEach
  void openDevice() throws Exception {
    driver = new DeviceDriver(open());
  }

  @AfterEach
  void closeDevice() {
    driver.close();
  }

  @Test
  void shouldReadBackWhatWasWrittenInsideTheArena() {
    driver.device.useArena(driver.arena);
    writeAndReadBack();
  }

  @Test
  void shouldReadBackWhatWasWrittenOutsideAnyArena() {
    writeAndReadBack();
  }

  private void writeAndReadBack() {
    for (DeviceOperation write : List.of(DeviceOperation.WRITE, DeviceOperation.WRITE_DURABLE)) {
      byte[] bytes = randomBytes(3 * BLOCK, write.name().length());
      driver.memory.putBytes(0, bytes);
      assertThat(driver.run(write, 5L * BLOCK, bytes.length, 0)).isEqualTo(DeviceStatus.OK);
      assertThat(driver.flush()).isEqualTo(DeviceStatus.OK);
      assertThat(driver.run(DeviceOperation.READ, 5L * BLOCK, bytes.length, 4 * BLOCK))
          .isEqualTo(DeviceStatus.OK);
      byte[] read = new byte[bytes.length];
      driver.memory.getBytes(4 * BLOCK, read);
      assertThat(read).isEqualTo(bytes);
    }
  }

  @Test
  void shouldMoveALongTransferWhole() {
    byte[] bytes = randomBytes(DeviceDriver.ARENA_BYTES, 7);
    driver.memory.putBytes(0, bytes);
    driver.run(DeviceOperation.WRITE, BLOCK, bytes.length, 0);
    driver.memory.setMemory(0, bytes.length, (byte) 0);
    assertThat(driver.run(DeviceOperation.READ, BLOCK, bytes.length, 0)).isEqualTo(DeviceStatus.OK);
    assertThat(new UnsafeBuffer(bytes)).isEqualTo(driver.memory);
  }

  @Test
  void shouldServeTheFirstAndTheLastBlock() {
    long last = driver.device.geometry().sizeBytes() - BLOCK;
    for (long offset : new long[] {0, last}) {
      assertThat(driver.run(DeviceOperation.WRITE, offset, BLOCK, 0)).isEqualTo(DeviceStatus.OK);
      assertThat(driver.run(DeviceOperation.READ, offset, BLOCK, 0)).isEqualTo(DeviceStatus.OK);
    }
  }

  @Test
  void shouldRefuseWhatIsBeyondTheEnd() {
    long size = driver.device.geometry().sizeBytes();
    DeviceRequest request = driver.request(DeviceOperation.READ, size, BLOCK, 0);
    assertThatThrownBy(() -> driver.device.submit(request))
        .isInstanceOf(CheckFailedException.class);
    request.offset = Long.MAX_VALUE - BLOCK + 1;
    assertThatThrownBy(() -> driver.device.submit(request))
        .isInstanceOf(CheckFailedException.class);
    assertThat(driver.device.inFlight()).isZero();
  }

  @Test
  void shouldRefuseWhatIsNotAligned() {
    DeviceRequest request = driver.request(DeviceOperation.WRITE, 0, BLOCK, 1);
    assertThatThrownBy(() -> driver.device.submit(request))
        .isInstanceOf(CheckFailedException.class);
    request.address = driver.address(0);
    request.offset = 1;
    assertThatThrownBy(() -> driver.device.submit(request))
        .isInstanceOf(CheckFailedException.class);
  }

  @Test
  void shouldRefuseMoreThanTheQueueHolds() {
    for (int i = 0; i < QUEUE_DEPTH; i++) {
      assertThat(driver.device.submit(driver.request(DeviceOperation.READ, 0, BLOCK, i * BLOCK)))
          .isTrue();
    }
    assertThat(driver.device.submit(driver.request(DeviceOperation.READ, 0, BLOCK, 0))).isFalse();
    assertThat(driver.device.inFlight()).isEqualTo(QUEUE_DEPTH);
    assertThat(driver.drain()).isEqualTo(QUEUE_DEPTH);
    assertThat(driver.completions()).isEqualTo(QUEUE_DEPTH);
  }

  @Test
  void shouldTakeRequestsFromCompletions() {
    List<DeviceStatus> ended = new ArrayList<>();
    DeviceRequest[] again = new DeviceRequest[1];
    again[0] =
        new DeviceRequest(request -> {
          ended.add(request.status);
          if (ended.size() < 20) {
            assertThat(driver.device.submit(again[0])).isTrue();
          }
        });
    again[0].operation = DeviceOperation.READ;
    again[0].length = BLOCK;
    again[0].address = driver.address(0);
    assertThat(driver.device.submit(again[0])).isTrue();
    driver.drain();
    assertThat(ended).hasSize(20).containsOnly(DeviceStatus.OK);
  }

  @Test
  void shouldEndADiscardOneWayOrTheOther() {
    assertThat(driver.run(DeviceOperation.DISCARD, 8L * BLOCK, 16L * BLOCK, 0))
        .isIn(DeviceStatus.OK, DeviceStatus.UNSUPPORTED);
    assertThat(driver.run(DeviceOperation.READ, 8L * BLOCK, BLOCK, 0)).isEqualTo(DeviceStatus.OK);
  }

  @Test
  void shouldKeepEachRequestsBytesApartWhenManyAreInFlight() {
    Random random = new Random(11);
    byte[] image = new byte[64 * BLOCK];
    for (int round = 0; round < 50; round++) {
      for (int i = 0; i < QUEUE_DEPTH; i++) {
        int block = i * 8 + random.nextInt(8);
        byte[] bytes = randomBytes(BLOCK, random.nextInt());
        System.arraycopy(bytes, 0, image, block * BLOCK, BLOCK);
        driver.memory.putBytes(i * BLOCK, bytes);
        DeviceOperation write = DeviceOperation.WRITE;
        assertThat(
                driver.device.submit(driver.request(write, (long) block * BLOCK, BLOCK, i * BLOCK)))
            .isTrue();
      }
      driver.drain();
    }
    driver.run(DeviceOperation.READ, 0, image.length, 0);
    byte[] read = new byte[image.length];
    driver.memory.getBytes(0, read);
    assertThat(read).isEqualTo(image);
  }

  @Test
  void shouldReportAHealthyDevice() {
    driver.run(DeviceOperation.READ, 0, BLOCK, 0);
    DeviceHealth health = driver.device.health();
    assertThat(health.ioErrors()).isZero();
    assertThat(health.gone()).isFalse();
    assertThat(health.smartNote()).isNotBlank();
  }

  @Test
  void shouldCloseTwice() {
    driver.device.close();
    driver.device.close();
  }

  private static byte[] randomBytes(int length, long seed) {
    byte[] bytes = new byte[length];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }
}
