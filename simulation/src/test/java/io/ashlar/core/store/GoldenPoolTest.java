package io.ashlar.core.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.ashlar.core.device.DeviceGeometry;
import io.ashlar.core.device.PolledDevice;
import io.ashlar.core.format.FormatVersion;
import io.ashlar.core.format.Superblock;
import io.ashlar.core.format.Superblock.StreamCursor;
import io.ashlar.core.format.UnsupportedFormatException;
import io.ashlar.core.format.VolumeEntry;
import io.ashlar.core.format.WriteId;
import io.ashlar.core.offline.DeviceAudit;
import io.ashlar.core.offline.SalvageRoot;
import io.ashlar.core.reservation.ReservationType;
import io.ashlar.core.segment.Stream;
import io.ashlar.core.store.GoldenPool.Script;
import io.ashlar.core.volume.BlockRequest;
import io.ashlar.core.volume.BlockStatus;
import io.ashlar.core.volume.VolumeDriver;
import io.ashlar.core.volume.VolumeHistory;
import io.ashlar.core.volume.VolumeId;
import io.ashlar.simulation.CrashChoice;
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
import org.junit.jupiter.params.provider.ValueSource;

/// Pools that the writers of formats v2 and v3 wrote once, by the scripts of [GoldenPool]. If a
/// test here fails, the format has changed: raise its version, keep reading the old one, and write
/// new images beside these with `-Dashlar.golden.write=true`.
class GoldenPoolTest {
  private static final long DISK_BYTES = (GoldenPool.SEGMENTS + 1L) * StoreRig.SEGMENT_BYTES;
  private static final int PAGE_BYTES = 4096;

  @ParameterizedTest
  @CsvSource({
    "POOL, 2, 512",
    "POOL, 2, 4096",
    "CLEANED, 2, 512",
    "CLEANED, 2, 4096",
    "POOL, 3, 512",
    "POOL, 3, 4096",
    "CLEANED, 3, 512",
    "CLEANED, 3, 4096",
    "LED, 3, 512",
    "LED, 3, 4096"
  })
  void shouldReadEveryBlockOfPoolsOfOld(Script script, int version, int alignmentBytes)
      throws IOException {
    SimulatedClock clock = new SimulatedClock();
    StoreRig rig =
        StoreRig.open(clock, disk(alignmentBytes, golden(script, version, alignmentBytes), clock));
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
      case LED -> assertHistory(rig);
    }
  }

  /// A volume of v2 has no epochs of its own, and how far it goes is told by its tree and the log:
  /// as far as today's writer says of the same requests. It can be led from there on.
  @ParameterizedTest
  @CsvSource({
    "POOL, 2, 512",
    "POOL, 2, 4096",
    "CLEANED, 2, 512",
    "CLEANED, 2, 4096",
    "POOL, 3, 512",
    "CLEANED, 3, 4096"
  })
  void shouldLeadVolumesOfPoolsOfOld(Script script, int version, int alignmentBytes)
      throws IOException {
    SimulatedClock clock = new SimulatedClock();
    StoreRig rig =
        StoreRig.open(clock, disk(alignmentBytes, golden(script, version, alignmentBytes), clock));
    GoldenPool written = GoldenPool.run(script, alignmentBytes);
    for (VolumeEntry volume : rig.store.volumes()) {
      boolean isReserved = script == Script.POOL && volume.layer() == GoldenPool.PLAIN;
      // Reservations take an id since v3.
      int less = version == 2 && isReserved ? 1 : 0;
      long last = written.history(volume.layer()).durable() - less;
      VolumeHistory history = rig.store.history(new VolumeId(volume.uuid()));
      assertThat(history.epoch()).isZero();
      assertThat(history.durable()).isEqualTo(last);
      assertThat(history.sequenced()).isEqualTo(last);
      leadAndWrite(rig, volume.layer());
    }
    StoreRig again = StoreRig.open(clock, rig.disk.crash(CrashChoice.loseAll()));
    for (VolumeEntry volume : again.store.volumes()) {
      assertLed(again, volume.layer(), written);
    }
  }

  private static void leadAndWrite(StoreRig rig, int layer) {
    boolean[] done = new boolean[1];
    BlockRequest begin = new BlockRequest(ended -> done[0] = true);
    VolumeId id = new VolumeId(StoreRig.uuidOf(layer));
    assertThat(rig.store.lead(id, GoldenPool.SECOND_EPOCH, begin)).isTrue();
    while (!done[0]) {
      rig.turn();
    }
    VolumeDriver driver = new VolumeDriver(rig.volume(layer), rig::turn);
    assertThat(driver.write(0, ledContent(layer))).isEqualTo(BlockStatus.OK);
  }

  private static byte[] ledContent(int layer) {
    byte[] bytes = new byte[GoldenPool.BLOCK_BYTES];
    Arrays.fill(bytes, (byte) (layer + 1));
    return bytes;
  }

  private static void assertLed(StoreRig rig, int layer, GoldenPool written) {
    VolumeHistory history = rig.store.history(new VolumeId(StoreRig.uuidOf(layer)));
    assertThat(history.epoch()).isEqualTo(GoldenPool.SECOND_EPOCH);
    // Its beginning and one block.
    long counter = WriteId.counter(history.durable()) - 2;
    long last = WriteId.of(WriteId.epoch(written.history(layer).durable()), counter);
    assertThat(history.contains(last)).isTrue();
    assertThat(history.contains(last + 1)).as("the epoch began there").isFalse();
    assertThat(GoldenPool.read(rig, layer, 0)).isEqualTo(ledContent(layer));
    for (long block = 1; block < 256; block++) {
      assertThat(GoldenPool.read(rig, layer, block)).isEqualTo(written.content(layer, block));
    }
  }

  /// Only the tree tells how far a volume of v2 goes that was not written since the checkpoint.
  @ParameterizedTest
  @ValueSource(ints = {512, 4096})
  void shouldTakeTheHistoryOfAPoolOfOldFromItsTree(int alignmentBytes)
      throws IOException, UnsupportedFormatException {
    SimulatedClock clock = new SimulatedClock();
    DiskImage image = golden(Script.POOL, 2, alignmentBytes);
    PolledDevice device = new PolledDevice(disk(alignmentBytes, image, clock));
    Superblock root = Objects.requireNonNull(SalvageRoot.find(device, 0)).root();
    // The checkpoint itself lies behind the third.
    for (StreamCursor cursor : root.cursors().subList(0, Stream.META.code())) {
      byte[] nothing = new byte[StoreRig.SEGMENT_BYTES - cursor.offset()];
      long from = root.geometry().segmentOffset(cursor.segment()) + cursor.offset();
      image.write(from, nothing, 0, nothing.length);
    }
    StoreRig rig = StoreRig.open(clock, disk(alignmentBytes, image, clock));
    int[] counters = {12, 16, 21};
    for (int layer = GoldenPool.PLAIN; layer <= GoldenPool.COMPRESSED; layer++) {
      VolumeHistory history = rig.store.history(new VolumeId(StoreRig.uuidOf(layer)));
      assertThat(history.durable()).isEqualTo(WriteId.of(2, counters[layer - 1]));
      assertThat(history.epoch()).isZero();
      leadAndWrite(rig, layer);
      assertThat(history.durable())
          .isEqualTo(WriteId.of(GoldenPool.SECOND_EPOCH, counters[layer - 1] + 2));
    }
  }

  /// Written in the lane's epoch, then in two of the volume's: 1 · 2, 3, 4 · 5, 6, 7.
  private static void assertHistory(StoreRig rig) {
    VolumeHistory history = rig.store.history(new VolumeId(StoreRig.uuidOf(GoldenPool.LED)));
    assertThat(history.epoch()).isEqualTo(GoldenPool.SECOND_EPOCH);
    assertThat(history.durable()).isEqualTo(WriteId.of(GoldenPool.SECOND_EPOCH, 7));
    assertThat(history.commonWith(WriteId.of(GoldenPool.FIRST_EPOCH, 9)))
        .isEqualTo(WriteId.of(GoldenPool.FIRST_EPOCH, 4));
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
  @CsvSource({"POOL, 512", "POOL, 4096", "CLEANED, 512", "CLEANED, 4096", "LED, 512", "LED, 4096"})
  void shouldStillWriteTheSameBytes(Script script, int alignmentBytes) throws IOException {
    DiskImage today = GoldenPool.run(script, alignmentBytes).image();
    if (Boolean.getBoolean("ashlar.golden.write")) {
      write(script, alignmentBytes, today);
    }
    DiskImage golden = golden(script, FormatVersion.CURRENT, alignmentBytes);
    for (long offset = 0; offset < DISK_BYTES; offset += PAGE_BYTES) {
      int differs = Arrays.mismatch(page(today, offset), page(golden, offset));
      if (differs >= 0) {
        fail("byte %d of the device is not what it was in v3", offset + differs);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "POOL, 2, 512",
    "POOL, 2, 4096",
    "CLEANED, 2, 512",
    "CLEANED, 2, 4096",
    "POOL, 3, 512",
    "CLEANED, 3, 4096",
    "LED, 3, 512",
    "LED, 3, 4096"
  })
  void shouldFindPoolsOfOldSound(Script script, int version, int alignmentBytes)
      throws IOException, UnsupportedFormatException {
    SimulatedBlockDevice disk =
        disk(alignmentBytes, golden(script, version, alignmentBytes), new SimulatedClock());
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

  private static String name(Script script, int version, int alignmentBytes) {
    return "%s-v%d-unit-%d.img.gz"
        .formatted(script.name().toLowerCase(Locale.ROOT), version, alignmentBytes);
  }

  private static DiskImage golden(Script script, int version, int alignmentBytes)
      throws IOException {
    DiskImage image = new DiskImage(DISK_BYTES);
    byte[] page = new byte[PAGE_BYTES];
    byte[] zeroes = new byte[PAGE_BYTES];
    try (InputStream file =
            Objects.requireNonNull(
                GoldenPoolTest.class.getResourceAsStream(name(script, version, alignmentBytes)),
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
    String name = name(script, FormatVersion.CURRENT, alignmentBytes);
    Path file = Path.of("src/test/resources/io/ashlar/core/store", name);
    try (OutputStream bytes = new GZIPOutputStream(Files.newOutputStream(file))) {
      for (long offset = 0; offset < DISK_BYTES; offset += PAGE_BYTES) {
        bytes.write(page(image, offset));
      }
    }
    Path built = Path.of("target/test-classes/io/ashlar/core/store", name);
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
