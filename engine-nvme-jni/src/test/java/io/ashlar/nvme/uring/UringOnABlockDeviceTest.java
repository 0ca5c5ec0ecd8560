package io.ashlar.nvme.uring;

import static org.assertj.core.api.Assertions.assertThat;

import io.ashlar.core.device.DeviceOperation;
import io.ashlar.core.device.DeviceStatus;
import io.ashlar.nvme.local.DeviceDriver;
import io.ashlar.nvme.local.DeviceOpenException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith({NeedsIoUring.class, NeedsLoopDevices.class})
class UringOnABlockDeviceTest {
  private static final long SIZE_BYTES = 8 << 20;

  @TempDir private Path directory;
  private Path loop = Path.of("none");
  private DeviceDriver driver;

  @BeforeEach
  void attach() throws Exception {
    loop = LoopDevice.attach(directory, SIZE_BYTES);
    try {
      driver = new DeviceDriver(UringBlockDevice.open(loop, UringBlockDeviceTest.OPTIONS));
    } finally {
      LoopDevice.detach(loop);
    }
  }

  @AfterEach
  void close() {
    driver.close();
  }

  @Test
  void shouldTakeSizeAndAlignmentFromTheDevice() {
    assertThat(driver.device.geometry().sizeBytes()).isEqualTo(SIZE_BYTES);
    assertThat(driver.device.geometry().alignmentBytes()).isIn(512, 4096);
  }

  @Test
  void shouldDiscard() {
    driver.memory.setMemory(0, 4096, (byte) 7);
    driver.run(DeviceOperation.WRITE_DURABLE, 4096, 4096, 0);
    assertThat(driver.run(DeviceOperation.DISCARD, 0, 8192, 0)).isEqualTo(DeviceStatus.OK);
    driver.run(DeviceOperation.READ, 4096, 4096, 0);
    assertThat(driver.memory.getByte(0)).as("the backing file has a hole now").isZero();
  }

  @Test
  void shouldSayThatThereIsNoSmartLog() {
    assertThat(driver.device.health().smart()).isNull();
    assertThat(driver.device.health().smartNote()).contains("is not NVMe");
  }

  @Test
  void shouldRefuseADeviceInUse() {
    UringBlockDeviceTest.assertRefused(loop, DeviceOpenException.Reason.IN_USE, "in use");
  }
}
