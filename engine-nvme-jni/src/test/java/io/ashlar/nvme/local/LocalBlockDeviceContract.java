package io.ashlar.nvme.local;

import static org.assertj.core.api.Assertions.assertThat;

import io.ashlar.core.device.DeviceOperation;
import io.ashlar.core.device.DeviceStatus;
import io.ashlar.nvme.posix.PosixNative;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What every disk of this machine must do beyond the port's own contract.
public abstract class LocalBlockDeviceContract {
  protected static final int QUEUE_DEPTH = 8;
  protected static final long SIZE_BYTES = 4 << 20;
  private static final int PATIENCE_S = 60;
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
  void shouldReportAHealthyDevice() {
    driver.run(DeviceOperation.READ, 0, BLOCK, 0);
    DeviceHealth health = driver.device.health();
    assertThat(health.ioErrors()).isZero();
    assertThat(health.gone()).isFalse();
    assertThat(health.smartNote()).isNotBlank();
  }

  @Test
  void shouldWakeTheLoopThatSleepsUntilACompletionComes() throws Exception {
    Semaphore wakeUps = new Semaphore(0);
    driver.device.wakeUpBy(wakeUps::release);
    int eventFd = driver.device.eventFd();
    for (int i = 0; i < 100; i++) {
      driver.device.submit(driver.request(DeviceOperation.WRITE_DURABLE, 0, BLOCK, 0));
      while (driver.device.inFlight() > 0) {
        if (driver.device.poll() == 0 && driver.device.armWakeUp()) {
          boolean woken =
              eventFd == LocalBlockDevice.NO_EVENT_FD
                  ? wakeUps.tryAcquire(PATIENCE_S, TimeUnit.SECONDS)
                  : PosixNative.waitReadable(eventFd, PATIENCE_S * 1000) == 1;
          assertThat(woken).as("woken").isTrue();
        }
      }
      wakeUps.drainPermits();
      if (eventFd != LocalBlockDevice.NO_EVENT_FD) {
        PosixNative.drainEventFd(eventFd);
      }
    }
    assertThat(driver.completions()).isEqualTo(100);
  }

  private static byte[] randomBytes(int length, long seed) {
    byte[] bytes = new byte[length];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }
}
