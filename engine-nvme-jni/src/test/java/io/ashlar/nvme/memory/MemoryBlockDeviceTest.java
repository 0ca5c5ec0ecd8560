package io.ashlar.nvme.memory;

import static org.assertj.core.api.Assertions.assertThat;

import io.ashlar.core.device.DeviceOperation;
import io.ashlar.nvme.local.DeviceDriver;
import io.ashlar.nvme.local.LocalBlockDevice;
import io.ashlar.nvme.local.LocalBlockDeviceContract;
import org.junit.jupiter.api.Test;

class MemoryBlockDeviceTest extends LocalBlockDeviceContract {
  @Override
  protected LocalBlockDevice open() {
    return new MemoryBlockDevice("memory", SIZE_BYTES, QUEUE_DEPTH);
  }

  @Test
  void shouldEndARequestOnlyInTheNextPoll() {
    driver.device.submit(driver.request(DeviceOperation.READ, 0, DeviceDriver.BLOCK_BYTES, 0));
    assertThat(driver.completions()).isZero();
    assertThat(driver.device.armWakeUp()).isFalse();
    assertThat(driver.device.poll()).isEqualTo(1);
    assertThat(driver.device.armWakeUp()).isTrue();
  }
}
