package io.ashlar.simulation;

import io.ashlar.core.device.BlockDevice;
import io.ashlar.core.device.BlockDeviceContract;
import io.ashlar.core.device.DeviceGeometry;
import org.junit.jupiter.api.Nested;

class SimulatedBlockDeviceContractTest {
  @Nested
  class EndingAtTheNextPoll extends BlockDeviceContract {
    @Override
    protected BlockDevice newDevice() {
      return new SimulatedBlockDevice(
          "sim", SimulatedDiskOptions.ofSize(SIZE_BYTES, 1), new SimulatedClock());
    }
  }

  @Nested
  class WithLatencyAndSmallCacheAndSectors extends BlockDeviceContract {
    private final SimulatedClock clock = new SimulatedClock();

    @Override
    protected BlockDevice newDevice() {
      DeviceGeometry geometry = new DeviceGeometry(SIZE_BYTES, 512, 16, true);
      SimulatedDiskOptions options =
          new SimulatedDiskOptions(geometry, 2, 10_000, 90_000, 1_000_000_000, 4);
      return new SimulatedBlockDevice("sim", options, clock);
    }

    @Override
    protected void pass() {
      clock.advance(5_000);
    }
  }
}
