package io.ashlar.core.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.ashlar.core.device.DeviceGeometry;
import io.ashlar.core.device.PolledDevice;
import io.ashlar.core.format.UnsupportedFormatException;
import io.ashlar.core.format.VolumeEntry;
import io.ashlar.core.offline.DeviceAudit;
import io.ashlar.core.offline.SalvageRoot;
import io.ashlar.core.reservation.ReservationType;
import io.ashlar.core.store.GoldenPool.Script;
import io.ashlar.core.volume.VolumeId;
import io.ashlar.simulation.DiskImage;
import io.ashlar.simulation.SimulatedBlockDevice;
import io.ashlar.simulation.SimulatedClock;
import io.ashlar.simulation.SimulatedDiskOptions;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Pools that the writer of format v2 wrote once, by the scripts of [GoldenPool]. If a test here
/// fails, the format has changed: raise its version, keep reading the old one, and write new images
/// beside these with `-Dashlar.golden.write=true`.
class GoldenPoolTest {
  private static final long DISK_BYTES = (GoldenPool.SEGMENTS + 1L) * StoreRig.SEGMENT_BYTES;
  private static final int PAGE_BYTES = 4096;

  @ParameterizedTest
  @CsvSource({"POOL, 512", "POOL, 4096", "CLEANED, 512", "CLEANED, 4096"})
  void shouldReadEveryBlockOfPoolsOfOld(Script script, int alignmentBytes) throws IOException {
    SimulatedClock clock = new SimulatedClock();
    StoreRig rig =
        StoreRig.open(clock, disk(alignmentBytes, golden(script, alignmentBytes), clock));
    GoldenPool written = GoldenPool.run(script, alignmentBytes);
    assertThat(rig.store.volumes())
        .extracting(VolumeEntry::layer)
        .containsExactlyElementsOf(written.layers());
    for (VolumeEntry volume : rig.store.volumes()) {
      assertThat(rig.store.isLocked(new VolumeId(volume.uuid()))).isFalse();
      for (long block = 0; block < volume.sizeBytes() / GoldenPool.BLOCK_BYTES; block++) {
        assertThat(GoldenPool.read(rig, volume.layer(), block))
            .as("block %d of %s", block, volume.name())
            .isEqualTo(written.content(volume.layer(), block));
      }
    }
    assertThat(rig.troubles).isEmpty();
    switch (script) {
      case POOL -> assertReservations(rig);
      case CLEANED ->
          assertThat(rig.store.statistics().segmentsReleased())
              .as("segments that the log released")
              .isPositive();
    }
  }

  private static void assertReservations(StoreRig rig) {
    var reservations = rig.volume(GoldenPool.PLAIN).reservations();
    assertThat(reservations.holder()).isEqualTo(GoldenPool.HOST);
    assertThat(reservations.type()).isEqualTo(ReservationType.WRITE_EXCLUSIVE);
    assertThat(reservations.registrants())
        .singleElement()
        .satisfies(each -> assertThat(each.key()).isEqualTo(GoldenPool.KEY));
  }

  @ParameterizedTest
  @CsvSource({"POOL, 512", "POOL, 4096", "CLEANED, 512", "CLEANED, 4096"})
  void shouldStillWriteTheSameBytes(Script script, int alignmentBytes) throws IOException {
    DiskImage today = GoldenPool.run(script, alignmentBytes).image();
    if (Boolean.getBoolean("ashlar.golden.write")) {
      write(script, alignmentBytes, today);
    }
    DiskImage golden = golden(script, alignmentBytes);
    for (long offset = 0; offset < DISK_BYTES; offset += PAGE_BYTES) {
      int differs = Arrays.mismatch(page(today, offset), page(golden, offset));
      if (differs >= 0) {
        fail("byte %d of the device is not what it was in v2", offset + differs);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"POOL, 512", "POOL, 4096", "CLEANED, 512", "CLEANED, 4096"})
  void shouldFindPoolsOfOldSound(Script script, int alignmentBytes)
      throws IOException, UnsupportedFormatException {
    SimulatedBlockDevice disk =
        disk(alignmentBytes, golden(script, alignmentBytes), new SimulatedClock());
    PolledDevice device = new PolledDevice(disk);
    DeviceAudit audit =
        new DeviceAudit(device, Objects.requireNonNull(SalvageRoot.find(device, 0)).root());
    audit.run();
    assertThat(audit.damages()).isEqualTo(List.of());
  }

  private static byte[] page(DiskImage image, long offset) {
    byte[] bytes = new byte[PAGE_BYTES];
    image.read(offset, new UnsafeBuffer(bytes), 0, PAGE_BYTES);
    return bytes;
  }

  private static String name(Script script, int alignmentBytes) {
    return "%s-v2-unit-%d.img.gz".formatted(script.name().toLowerCase(Locale.ROOT), alignmentBytes);
  }

  private static DiskImage golden(Script script, int alignmentBytes) throws IOException {
    DiskImage image = new DiskImage(DISK_BYTES);
    byte[] page = new byte[PAGE_BYTES];
    byte[] zeroes = new byte[PAGE_BYTES];
    try (InputStream file =
            Objects.requireNonNull(
                GoldenPoolTest.class.getResourceAsStream(name(script, alignmentBytes)),
                "the image is there");
        InputStream bytes = new GZIPInputStream(file)) {
      for (long offset = 0; bytes.readNBytes(page, 0, PAGE_BYTES) == PAGE_BYTES; ) {
        if (!Arrays.equals(page, zeroes)) {
          image.write(offset, page, 0, PAGE_BYTES);
        }
        offset += PAGE_BYTES;
      }
    }
    return image;
  }

  private static void write(Script script, int alignmentBytes, DiskImage image) throws IOException {
    Path file = Path.of("src/test/resources/io/ashlar/core/store", name(script, alignmentBytes));
    try (OutputStream bytes = new GZIPOutputStream(Files.newOutputStream(file))) {
      for (long offset = 0; offset < DISK_BYTES; offset += PAGE_BYTES) {
        bytes.write(page(image, offset));
      }
    }
    Path built = Path.of("target/test-classes/io/ashlar/core/store", name(script, alignmentBytes));
    Files.createDirectories(Objects.requireNonNull(built.getParent()));
    Files.copy(file, built, StandardCopyOption.REPLACE_EXISTING);
  }

  private static SimulatedBlockDevice disk(
      int alignmentBytes, DiskImage image, SimulatedClock clock) {
    SimulatedDiskOptions options =
        SimulatedDiskOptions.ofSize(DISK_BYTES, 1)
            .withGeometry(new DeviceGeometry(DISK_BYTES, alignmentBytes, 64, true));
    return new SimulatedBlockDevice("golden", options, clock, image);
  }
}
