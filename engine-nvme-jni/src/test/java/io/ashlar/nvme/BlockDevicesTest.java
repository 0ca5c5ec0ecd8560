package io.ashlar.nvme;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ashlar.core.device.DeviceOperation;
import io.ashlar.core.device.DeviceStatus;
import io.ashlar.nvme.local.DeviceDriver;
import io.ashlar.nvme.local.DeviceOpenException;
import io.ashlar.nvme.local.DeviceOpenException.Reason;
import io.ashlar.nvme.local.DeviceOptions;
import io.ashlar.nvme.local.DeviceOptions.Engine;
import io.ashlar.nvme.local.DeviceOptions.Preallocation;
import io.ashlar.nvme.local.LocalBlockDevice;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class BlockDevicesTest {
  private static final DeviceOptions CREATING =
      DeviceOptions.DEFAULT.creating(8 << 20, Preallocation.SPARSE);

  @TempDir private Path directory;

  @ParameterizedTest
  @EnumSource(names = {"BEST", "FILE"})
  void shouldCreateThePoolAtItsFirstStartAndFindItAtTheNext(Engine engine) throws Exception {
    Path pool = directory.resolve("pool");
    try (DeviceDriver driver = open(pool, CREATING.withEngine(engine))) {
      driver.memory.putLong(0, 42);
      assertThat(driver.run(DeviceOperation.WRITE_DURABLE, 4096, 4096, 0))
          .isEqualTo(DeviceStatus.OK);
    }
    try (DeviceDriver driver = open(pool, CREATING.withEngine(engine))) {
      driver.run(DeviceOperation.READ, 4096, 4096, 0);
      assertThat(driver.memory.getLong(0)).isEqualTo(42);
    }
  }

  @Test
  void shouldTellWhatASparseFileMayStillTake() throws Exception {
    Path pool = directory.resolve("pool");
    try (DeviceDriver driver = open(pool, CREATING)) {
      String engine = driver.device.engine();
      assumeTrue(engine.startsWith("io_uring"), () -> "the JDK does not tell: " + engine);
      long before = driver.device.unbackedBytes();
      assertThat(before).isBetween(7L << 20, 8L << 20);
      for (int block = 0; block < 64; block++) {
        driver.run(DeviceOperation.WRITE_DURABLE, 4096L * block, 4096, 0);
      }
      assertThat(driver.device.unbackedBytes()).isLessThanOrEqualTo(before - 64 * 4096);
    }
  }

  @Test
  void shouldSayHowAndWhyTheDeviceIsDriven() throws Exception {
    OpenedDevice opened = BlockDevices.open(directory.resolve("pool"), CREATING);
    try (LocalBlockDevice device = opened.device()) {
      assertThat(opened.reason()).contains(device.name()).contains(device.engine());
    }
  }

  @Test
  void shouldKeepBothEnginesOffEachOthersPools() throws Exception {
    Path pool = directory.resolve("pool");
    try (LocalBlockDevice best = BlockDevices.open(pool, CREATING).device()) {
      assertThat(best.inFlight()).isZero();
      assertInUse(pool, Engine.FILE);
      assertInUse(pool, Engine.BEST);
    }
    try (LocalBlockDevice file =
        BlockDevices.open(pool, CREATING.withEngine(Engine.FILE)).device()) {
      assertThat(file.inFlight()).isZero();
      assertInUse(pool, Engine.BEST);
    }
  }

  @Test
  void shouldNotCreateWhatItWasNotAskedTo() {
    assertThatThrownBy(() -> open(directory.resolve("pool"), DeviceOptions.DEFAULT))
        .isInstanceOfSatisfying(
            DeviceOpenException.class, e -> assertThat(e.reason()).isEqualTo(Reason.ABSENT));
  }

  private static void assertInUse(Path pool, Engine engine) {
    assertThatThrownBy(() -> open(pool, CREATING.withEngine(engine)).close())
        .isInstanceOfSatisfying(
            DeviceOpenException.class, e -> assertThat(e.reason()).isEqualTo(Reason.IN_USE));
  }

  private static DeviceDriver open(Path pool, DeviceOptions options) throws Exception {
    return new DeviceDriver(BlockDevices.open(pool, options).device());
  }
}
