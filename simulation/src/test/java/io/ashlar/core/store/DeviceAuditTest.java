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

  @Test
  void shouldNameBadSectorsOnceAndReadAroundThem() throws UnsupportedFormatException {
    DamagedImage good = DamagedImage.ofLog(512);
    long segment = 5;
    long offset = (segment + 1) * StoreRig.SEGMENT_BYTES + 256 * 1024;
    BadSectors device =
        new BadSectors(good.disk(good.image.fork(), new SimulatedClock()))
            .spoil(offset + 512, 9000);
    DeviceAudit audit = new DeviceAudit(new PolledDevice(device), good.root());
    audit.run();
    // Pieces of 4 KiB around the 9000 bytes.
    assertThat(audit.damages())
        .filteredOn(each -> each.contains("cannot be read"))
        .containsExactly("12288 bytes cannot be read at device disk segment 5 offset 262144");
    DeviceAudit sound =
        new DeviceAudit(
            new PolledDevice(good.disk(good.image.fork(), new SimulatedClock())), good.root());
    sound.run();
    assertThat(sound.damages()).isEmpty();
    assertThat(audit.groups()).as("few groups are lost").isGreaterThan(sound.groups() - 30);
  }

  /// What lies apart is told apart, in one segment and in two.
  @Test
  void shouldNameBadSectorsApartThatLieApart() throws UnsupportedFormatException {
    DamagedImage good = DamagedImage.ofLog(512);
    BadSectors device = new BadSectors(good.disk(good.image.fork(), new SimulatedClock()));
    for (long place : new long[] {5 * 1024, 5 * 1024 + 256, 6 * 1024}) {
      device.spoil(StoreRig.SEGMENT_BYTES + place * 1024 + 512, 512);
    }
    DeviceAudit audit = new DeviceAudit(new PolledDevice(device), good.root());
    audit.run();
    assertThat(audit.damages())
        .filteredOn(each -> each.contains("cannot be read"))
        .containsExactly(
            "4096 bytes cannot be read at device disk segment 5 offset 0",
            "4096 bytes cannot be read at device disk segment 5 offset 262144",
            "4096 bytes cannot be read at device disk segment 6 offset 0");
  }

  private static List<String> damages(DamagedImage good, DiskImage image)
      throws UnsupportedFormatException {
    PolledDevice device = new PolledDevice(good.disk(image, new SimulatedClock()));
    DeviceAudit audit = new DeviceAudit(device, good.root());
    audit.run();
    return audit.damages();
  }
}
