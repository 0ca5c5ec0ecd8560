package io.ashlar.core.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.ashlar.core.device.PolledDevice;
import io.ashlar.core.format.UnsupportedFormatException;
import io.ashlar.core.offline.DeviceAudit;
import io.ashlar.core.store.DamagedImage.Structure;
import io.ashlar.simulation.DiskImage;
import io.ashlar.simulation.SimulatedClock;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class DeviceAuditTest {
  @Test
  void shouldFindASoundDeviceSoundAndEveryFlippedBit() throws UnsupportedFormatException {
    DamagedImage good = DamagedImage.ofWorkload(512, 1);
    assertThat(damages(good, good.image.fork())).isEmpty();
    SplittableRandom random = new SplittableRandom(1);
    List<Structure> structures = good.structures();
    for (int i = 0; i < 60; i++) {
      Structure hit = structures.get(random.nextInt(structures.size()));
      DiskImage image = good.image.fork();
      image.flipBit(hit.offset() + random.nextInt(hit.bytes()), random.nextInt(8));
      assertThat(damages(good, image)).as(hit.name()).isNotEmpty();
    }
  }

  private static List<String> damages(DamagedImage good, DiskImage image)
      throws UnsupportedFormatException {
    PolledDevice device = new PolledDevice(good.disk(image, new SimulatedClock()));
    DeviceAudit audit = new DeviceAudit(device, good.root());
    audit.run();
    return audit.damages();
  }
}
