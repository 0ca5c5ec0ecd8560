package io.ashlar.nvme.local;

import static org.assertj.core.api.Assertions.assertThat;

import io.ashlar.core.device.DeviceStatus;
import org.junit.jupiter.api.Test;

class ErrnoTest {
  @Test
  void shouldTellAMissingDeviceFromAFailingOne() {
    assertThat(Errno.toStatus(0)).isEqualTo(DeviceStatus.OK);
    assertThat(Errno.toStatus(Errno.ENODEV)).isEqualTo(DeviceStatus.GONE);
    assertThat(Errno.toStatus(Errno.ENXIO)).isEqualTo(DeviceStatus.GONE);
    assertThat(Errno.toStatus(Errno.ENOSPC)).isEqualTo(DeviceStatus.NO_SPACE);
    assertThat(Errno.toStatus(Errno.EOPNOTSUPP)).isEqualTo(DeviceStatus.UNSUPPORTED);
    assertThat(Errno.toStatus(Errno.EIO)).isEqualTo(DeviceStatus.IO_ERROR);
    assertThat(Errno.toStatus(9999)).isEqualTo(DeviceStatus.IO_ERROR);
  }

  @Test
  void shouldCountErrorsSlownessAndAbsence() {
    DeviceCounters counters = new DeviceCounters(1000);
    counters.ended(DeviceStatus.OK, 1000);
    counters.ended(DeviceStatus.NO_SPACE, 10);
    assertThat(counters.withoutSmart("none"))
        .isEqualTo(new DeviceHealth(0, 0, 1000, false, null, "none"));
    counters.ended(DeviceStatus.IO_ERROR, 1001);
    counters.ended(DeviceStatus.GONE, 5);
    assertThat(counters.withoutSmart("none"))
        .isEqualTo(new DeviceHealth(2, 1, 1001, true, null, "none"));
  }
}
