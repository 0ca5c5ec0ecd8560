package io.ashlar.nvme.uring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ashlar.core.device.BlockDevice;
import io.ashlar.core.device.BlockDeviceContract;
import io.ashlar.nvme.local.DeviceHealth;
import io.ashlar.nvme.local.DeviceOptions;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// The port's contract on an NVMe namespace through its character device. Overwrites the namespace,
/// so it must be named: `-Dashlar.test.nvme=/dev/ng0n1`.
class NvmePassthroughContractTest extends BlockDeviceContract {
  private static final String PROPERTY = "ashlar.test.nvme";

  private @Nullable UringBlockDevice device;

  @BeforeAll
  static void needANamespace() {
    assumeTrue(
        System.getProperty(PROPERTY) != null,
        "no NVMe namespace to overwrite is named; -D" + PROPERTY + "=/dev/ng0n1");
  }

  @Override
  protected BlockDevice newDevice() throws Exception {
    Path path = Path.of(System.getProperty(PROPERTY, "none"));
    UringBlockDevice opened = UringBlockDevice.open(path, DeviceOptions.DEFAULT.withQueueDepth(64));
    device = opened;
    return opened;
  }

  @Test
  void shouldReadTheSmartLog() {
    UringBlockDevice opened = Objects.requireNonNull(device);
    assertThat(opened.engine()).contains("NVMe passthrough");
    DeviceHealth health = opened.health();
    assertThat(health.smart()).as(health.smartNote()).isNotNull();
  }
}
