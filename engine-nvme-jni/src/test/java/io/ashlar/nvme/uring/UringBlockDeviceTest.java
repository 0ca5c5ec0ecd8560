package io.ashlar.nvme.uring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ashlar.core.device.DeviceOperation;
import io.ashlar.core.device.DeviceRequest;
import io.ashlar.core.device.DeviceStatus;
import io.ashlar.nvme.local.DeviceDriver;
import io.ashlar.nvme.local.DeviceOpenException;
import io.ashlar.nvme.local.DeviceOptions;
import io.ashlar.nvme.local.LocalBlockDevice;
import io.ashlar.nvme.local.LocalBlockDeviceContract;
import io.ashlar.nvme.posix.PosixNative;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(NeedsIoUring.class)
class UringBlockDeviceTest extends LocalBlockDeviceContract {
  static final DeviceOptions OPTIONS = DeviceOptions.DEFAULT.withQueueDepth(QUEUE_DEPTH);

  @Override
  protected LocalBlockDevice open() throws Exception {
    return UringBlockDevice.open(sparseFile("pool"), OPTIONS);
  }

  @Test
  void shouldSayHowItIsDriven() {
    driver.device.useArena(driver.arena);
    assertThat(driver.device.engine()).startsWith("io_uring").contains("registered memory");
  }

  @Test
  void shouldServeWithInterruptsWhereNothingCanBePolled() throws Exception {
    Path path = sparseFile("without queues");
    DeviceOptions polling = OPTIONS.withCompletion(DeviceOptions.CompletionMode.DEVICE_POLL);
    try (DeviceDriver other =
        new DeviceDriver(UringBlockDevice.open(path, polling, none -> false))) {
      assertThat(other.device.engine()).contains("not polled: its driver has no poll queues");
      assertThat(other.run(DeviceOperation.READ, 0, 4096, 0)).isEqualTo(DeviceStatus.OK);
    }
  }

  @Test
  void shouldSayThatTheKernelRefusedToPoll() throws Exception {
    Path path = sparseFile("refused");
    DeviceOptions polling = OPTIONS.withCompletion(DeviceOptions.CompletionMode.DEVICE_POLL);
    try (DeviceDriver other =
        new DeviceDriver(UringBlockDevice.open(path, polling, none -> true))) {
      assertThat(other.device.engine()).contains("reads and writes polled");
      // A hole would be read without the disk.
      assertThat(other.run(DeviceOperation.WRITE_DURABLE, 0, 4096, 0)).isEqualTo(DeviceStatus.OK);
      assertThat(other.run(DeviceOperation.READ, 0, 4096, 0)).isEqualTo(DeviceStatus.OK);
      assertThat(other.run(DeviceOperation.WRITE, 0, 4096, 0)).isEqualTo(DeviceStatus.OK);
      assumeTrue(
          other.device.engine().contains("not polled"),
          "the disk under this directory has poll queues, so nothing was refused");
      assertThat(other.device.engine()).contains("the kernel refused");
    }
  }

  @Test
  void shouldDiscardByPunchingAHole() {
    driver.memory.setMemory(0, 4096, (byte) 7);
    driver.run(DeviceOperation.WRITE_DURABLE, 4096, 4096, 0);
    assertThat(driver.run(DeviceOperation.DISCARD, 0, 8192, 0)).isEqualTo(DeviceStatus.OK);
    driver.run(DeviceOperation.READ, 4096, 4096, 0);
    assertThat(driver.memory.getByte(0)).isZero();
  }

  @Test
  void shouldTellWhatHasItsPlaceInASparseFile() {
    assertThat(driver.device.isThin()).isTrue();
    assertThat(driver.device.isBacked(65536, 4096)).isFalse();
    driver.run(DeviceOperation.WRITE_DURABLE, 65536, 4096, 0);
    assertThat(driver.device.isBacked(65536, 4096)).isTrue();
    assertThat(driver.device.isBacked(65536, 8192)).isFalse();
  }

  @Test
  void shouldSignalTheEventFdOnlyWhenArmed() {
    int eventFd = driver.device.eventFd();
    driver.run(DeviceOperation.READ, 0, 4096, 0);
    assertThat(PosixNative.drainEventFd(eventFd)).as("not armed").isNegative();

    int slept = 0;
    for (int i = 0; i < 100; i++) {
      driver.device.submit(driver.request(DeviceOperation.WRITE_DURABLE, 0, 4096, 0));
      if (driver.device.armWakeUp()) {
        // The owner sleeps here and makes no call that could run the completion for it.
        assertThat(PosixNative.waitReadable(eventFd, 60_000)).as("woken").isEqualTo(1);
        slept++;
      }
      while (driver.device.inFlight() > 0) {
        driver.device.poll();
      }
      PosixNative.drainEventFd(eventFd);
    }
    assertThat(slept).as("a durable write takes longer than asking for it").isPositive();
  }

  @Test
  void shouldReportAnErrorWhenTheFileWasCutShort() throws Exception {
    try (RandomAccessFile file = new RandomAccessFile(directory.resolve("pool").toFile(), "rw")) {
      file.setLength(SIZE_BYTES / 2);
    }
    DeviceRequest request = driver.request(DeviceOperation.READ, SIZE_BYTES / 2 - 4096, 8192, 0);
    driver.device.submit(request);
    driver.drain();
    assertThat(request.status).isEqualTo(DeviceStatus.IO_ERROR);
    assertThat(request.errno).isNotZero();
    assertThat(driver.device.health().ioErrors()).isEqualTo(1);
  }

  @Test
  void shouldReportAMemoryFaultAsAnError() {
    DeviceRequest request = driver.request(DeviceOperation.READ, 0, 4096, 0);
    request.address = 4096;
    driver.device.submit(request);
    driver.drain();
    assertThat(request.status).isEqualTo(DeviceStatus.IO_ERROR);
  }

  @Test
  void shouldRefuseAFileInUse() {
    assertRefused(directory.resolve("pool"), DeviceOpenException.Reason.IN_USE, "in use");
    driver.close();
  }

  @Test
  void shouldRefuseWhatCannotServe() throws Exception {
    assertRefused(directory, DeviceOpenException.Reason.UNSUITABLE, "directory");
    assertRefused(directory.resolve("none"), DeviceOpenException.Reason.ABSENT, "nothing at");
    Path empty = Files.createFile(directory.resolve("empty"));
    assertRefused(empty, DeviceOpenException.Reason.UNSUITABLE, "is empty");
    assertRefused(
        Path.of("/dev/null"), DeviceOpenException.Reason.UNSUITABLE, "neither a file nor");
  }

  @Test
  void shouldRefuseASecondThread() throws Exception {
    driver.run(DeviceOperation.READ, 0, 4096, 0);
    driver.device.submit(driver.request(DeviceOperation.READ, 0, 4096, 0));
    assumeTrue(
        driver.device.engine().contains("DEFER_TASKRUN"), "this kernel lets any thread submit");
    Throwable[] thrown = new Throwable[1];
    Thread stranger =
        new Thread(() -> {
          try {
            driver.device.poll();
          } catch (IllegalStateException e) {
            thrown[0] = e;
          }
        });
    stranger.start();
    stranger.join();
    assertThat(thrown[0]).hasMessageContaining("belongs to another thread");
    driver.drain();
  }

  @Test
  void shouldBeOpenedByOneThreadAndOwnedByAnother() throws Exception {
    DeviceStatus[] status = new DeviceStatus[1];
    Thread owner = new Thread(() -> status[0] = driver.run(DeviceOperation.READ, 0, 4096, 0));
    owner.start();
    owner.join();
    assertThat(status[0]).isEqualTo(DeviceStatus.OK);
  }

  @Test
  void shouldCloseWithRequestsInFlight() throws Exception {
    for (int i = 0; i < QUEUE_DEPTH; i++) {
      driver.device.submit(driver.request(DeviceOperation.WRITE_DURABLE, 0, 4096, i * 4096));
    }
    driver.device.armWakeUp();
    driver.device.close();
    assertThat(driver.completions()).isZero();
    UringBlockDevice.open(directory.resolve("pool"), OPTIONS).close();
  }

  @Test
  void shouldBeClosedByACompletion() throws Exception {
    Path path = sparseFile("closed");
    DeviceOptions polling = OPTIONS.withCompletion(DeviceOptions.CompletionMode.DEVICE_POLL);
    UringBlockDevice other = UringBlockDevice.open(path, polling, none -> true);
    int[] ended = new int[1];
    for (int i = 0; i < 8; i++) {
      DeviceRequest request =
          new DeviceRequest(done -> {
            ended[0]++;
            other.close();
          });
      request.operation = i % 2 == 0 ? DeviceOperation.WRITE_DURABLE : DeviceOperation.FLUSH;
      request.length = i % 2 == 0 ? 4096 : 0;
      request.address = driver.address(0);
      assertThat(other.submit(request)).isTrue();
    }
    while (ended[0] == 0) {
      other.poll();
    }
    assertThat(ended[0]).as("none is told of after that").isEqualTo(1);
    UringBlockDevice.open(path, OPTIONS).close();
  }

  static void assertRefused(Path path, DeviceOpenException.Reason reason, String words) {
    assertThatThrownBy(() -> UringBlockDevice.open(path, OPTIONS).close())
        .isInstanceOfSatisfying(
            DeviceOpenException.class, e -> assertThat(e.reason()).isEqualTo(reason))
        .hasMessageContaining(words);
  }

  private Path sparseFile(String name) throws IOException {
    Path path = directory.resolve(name);
    try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
      file.setLength(SIZE_BYTES);
    }
    return path;
  }
}
