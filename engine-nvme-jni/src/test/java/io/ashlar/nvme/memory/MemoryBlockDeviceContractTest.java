package io.ashlar.nvme.memory;

import io.ashlar.core.device.BlockDevice;
import io.ashlar.core.device.BlockDeviceContract;

class MemoryBlockDeviceContractTest extends BlockDeviceContract {
  @Override
  protected BlockDevice newDevice() {
    return new MemoryBlockDevice("memory", SIZE_BYTES, 64);
  }
}
