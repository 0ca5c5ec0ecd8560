package io.ashlar.nvme.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ashlar.core.device.DeviceOperation;
import io.ashlar.core.device.DeviceRequest;
import io.ashlar.core.device.DeviceStatus;
import io.ashlar.nvme.local.DeviceDriver;
import io.ashlar.nvme.local.DeviceOpenException;
import io.ashlar.nvme.local.DeviceOptions;
import io.ashlar.nvme.local.LocalBlockDevice;
import io.ashlar.nvme.local.LocalBlockDeviceContract;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class FileBlockDeviceTest extends LocalBlockDeviceContract {
  private static final DeviceOptions OPTIONS = DeviceOptions.DEFAULT.withQueueDepth(QUEUE_DEPTH);

  @Override
  protected LocalBlockDevice open() throws Exception {
    return FileBlockDevice.open(sparseFile("pool", SIZE_BYTES), OPTIONS);
  }

  @Test
  void shouldReportAnErrorWhenTheFileWasCutShort() throws Exception {
    try (RandomAccessFile file = new RandomAccessFile(directory.resolve("pool").toFile(), "rw")) {
      file.setLength(SIZE_BYTES / 2);
    }
    DeviceRequest request = driver.request(DeviceOperation.READ, SIZE_BYTES - 4096, 4096, 0);
    driver.device.submit(request);
    driver.drain();
    assertThat(request.status).isEqualTo(DeviceStatus.IO_ERROR);
    assertThat(driver.device.health().ioErrors()).isEqualTo(1);
  }

  @Test
  void shouldRefuseAFileInUse() {
    assertRefused(directory.resolve("pool"), DeviceOpenException.Reason.IN_USE, "in use");
  }

  @Test
  void shouldRefuseWhatCannotServe() throws Exception {
    assertRefused(directory, DeviceOpenException.Reason.UNSUITABLE, "directory");
    assertRefused(directory.resolve("none"), DeviceOpenException.Reason.ABSENT, "nothing at");
    Path empty = Files.createFile(directory.resolve("empty"));
    assertRefused(empty, DeviceOpenException.Reason.UNSUITABLE, "is empty");
  }

  @Test
  void shouldServeAgainAfterItWasClosed() throws Exception {
    driver.run(DeviceOperation.WRITE_DURABLE, 0, 4096, 0);
    driver.close();
    driver = new DeviceDriver(FileBlockDevice.open(directory.resolve("pool"), OPTIONS));
    assertThat(driver.run(DeviceOperation.READ, 0, 4096, 0)).isEqualTo(DeviceStatus.OK);
  }

  private static void assertRefused(Path path, DeviceOpenException.Reason reason, String words) {
    assertThatThrownBy(() -> FileBlockDevice.open(path, OPTIONS))
        .isInstanceOfSatisfying(
            DeviceOpenException.class, e -> assertThat(e.reason()).isEqualTo(reason))
        .hasMessageContaining(words);
  }

  private Path sparseFile(String name, long bytes) throws IOException {
    Path path = directory.resolve(name);
    try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
      file.setLength(bytes);
    }
    return path;
  }
}
