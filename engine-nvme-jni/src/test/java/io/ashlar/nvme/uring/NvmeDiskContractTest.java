package io.ashlar.nvme.uring;

import static org.assertj.core.api.Assertions.assertThat;

import io.ashlar.core.device.BlockDevice;
import io.ashlar.core.device.BlockDeviceContract;
import io.ashlar.core.device.DeviceOperation;
import io.ashlar.nvme.local.DeviceDriver;
import io.ashlar.nvme.local.DeviceHealth;
import io.ashlar.nvme.local.DeviceOptions;
import io.ashlar.nvme.local.DeviceOptions.CompletionMode;
import io.ashlar.nvme.posix.PosixNative;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/// The port's contract on an NVMe disk, as block device and through its character device, with
/// interrupts and polled. Overwrites the disk, so it must be named:
/// `-Dashlar.test.nvme.block=/dev/nvme0n1 -Dashlar.test.nvme.character=/dev/ng0n1`. Polling needs
/// poll queues (`nvme.poll_queues=1`).
@EnabledIfSystemProperty(
    named = "ashlar.test.nvme.block",
    matches = ".+",
    disabledReason = "no NVMe disk to overwrite is named; -Dashlar.test.nvme.block=/dev/…")
@EnabledIfSystemProperty(
    named = "ashlar.test.nvme.character",
    matches = ".+",
    disabledReason = "no NVMe disk to overwrite is named; -Dashlar.test.nvme.character=/dev/…")
class NvmeDiskContractTest {
  private static final String PREFIX = "ashlar.test.nvme.";
  private static final String POLLED = "reads and writes polled";

  abstract static class OnADisk extends BlockDeviceContract {
    private final String property;
    private final CompletionMode mode;
    private final String described;
    @Nullable UringBlockDevice device;

    OnADisk(String kind, CompletionMode mode, String described) {
      this.property = PREFIX + kind;
      this.mode = mode;
      this.described = described;
    }

    @Override
    protected BlockDevice newDevice() throws Exception {
      Path path = Path.of(System.getProperty(property, "none"));
      device =
          UringBlockDevice.open(
              path, DeviceOptions.DEFAULT.withQueueDepth(64).withCompletion(mode));
      return device;
    }

    /// After the whole contract a polled disk is polled still: nothing made it fall back.
    @AfterEach
    void beDrivenAsAskedFor() {
      if (device != null) {
        assertThat(device.engine()).contains(described);
      }
    }

    /// Whether an interrupt ends the read or nobody but the loop does.
    @Test
    void shouldBeWokenOrNotSleep() {
      try (DeviceDriver driver = new DeviceDriver(Objects.requireNonNull(device))) {
        for (int i = 0; i < 20; i++) {
          driver.device.submit(driver.request(DeviceOperation.READ, i * 4096L, 4096, 0));
          if (driver.device.armWakeUp()) {
            assertThat(PosixNative.waitReadable(driver.device.eventFd(), 10_000)).isEqualTo(1);
            PosixNative.drainEventFd(driver.device.eventFd());
          }
          driver.drain();
        }
        assertThat(driver.completions()).isEqualTo(20);
      }
    }

    @Test
    void shouldReadTheSmartLog() {
      DeviceHealth health = Objects.requireNonNull(device).health();
      assertThat(health.smart()).as(health.smartNote()).isNotNull();
    }
  }

  @Nested
  class AsABlockDevice extends OnADisk {
    AsABlockDevice() {
      super("block", CompletionMode.INTERRUPT, "O_DIRECT");
    }
  }

  @Nested
  class AsAPolledBlockDevice extends OnADisk {
    AsAPolledBlockDevice() {
      super("block", CompletionMode.DEVICE_POLL, POLLED);
    }
  }

  @Nested
  class PastTheBlockLayer extends OnADisk {
    PastTheBlockLayer() {
      super("character", CompletionMode.INTERRUPT, "NVMe passthrough");
    }
  }

  @Nested
  class PolledPastTheBlockLayer extends OnADisk {
    PolledPastTheBlockLayer() {
      super("character", CompletionMode.DEVICE_POLL, POLLED);
    }
  }
}
