package io.ashlar.core.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ashlar.core.base.Crc32c;
import io.ashlar.core.checkpoint.CheckpointPieces;
import io.ashlar.core.checkpoint.SuperblockSlots;
import io.ashlar.core.device.PolledDevice;
import io.ashlar.core.format.CheckpointPieceFlyweight;
import io.ashlar.core.format.CorruptRecordException;
import io.ashlar.core.format.GroupHeaderFlyweight;
import io.ashlar.core.format.RecordType;
import io.ashlar.core.format.Superblock;
import io.ashlar.core.format.Superblock.Pieces;
import io.ashlar.core.format.Superblock.StreamCursor;
import io.ashlar.core.segment.Stream;
import io.ashlar.simulation.DiskImage;
import io.ashlar.simulation.SimulatedBlockDevice;
import io.ashlar.simulation.SimulatedClock;
import java.util.ArrayList;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What contradicts itself although its checksums hold, and devices that refuse: no start serves
/// them, and each says where.
class RecoveryRefusalTest {
  private static final DamagedImage GOOD = DamagedImage.ofLog(512);

  private static void open(SimulatedBlockDevice disk, SimulatedClock clock)
      throws StoreOpenException {
    StoreRig.openDamaged(clock, disk);
  }

  private static void open(DiskImage image) throws StoreOpenException {
    SimulatedClock clock = new SimulatedClock();
    open(GOOD.disk(image, clock), clock);
  }

  /// The image with another superblock in place of the newest.
  private static DiskImage with(Superblock root) {
    DiskImage image = GOOD.image.fork();
    UnsafeBuffer bytes = new UnsafeBuffer(new byte[Superblock.BYTES]);
    root.encode(bytes, 0, new Crc32c());
    image.write(SuperblockSlots.offsetOf(root), bytes.byteArray(), 0, Superblock.BYTES);
    return image;
  }

  private static Superblock root(List<StreamCursor> cursors, Pieces pieces) {
    Superblock root = GOOD.root();
    return new Superblock(
        root.generation(),
        root.device(),
        root.cluster(),
        root.secret(),
        root.geometry(),
        root.epoch(),
        root.clean(),
        root.replayFrom(),
        root.cutSequence(),
        pieces,
        cursors,
        root.scrub());
  }

  @ParameterizedTest
  @ValueSource(longs = {-1, DamagedImage.SEGMENTS, Long.MAX_VALUE, Long.MIN_VALUE})
  void shouldFollowNoSealOffTheDevice(long segment) {
    DiskImage image =
        new ForgedLog(GOOD)
            .forge(
                RecordType.SEAL,
                (record, at, payload) -> record.place(0, segment, record.argument()));
    assertThatThrownBy(() -> open(image))
        .isInstanceOf(StoreOpenException.class)
        .hasMessageContaining("a seal names no segment of this device")
        .hasMessageContaining("offset");
  }

  @Test
  void shouldFollowNoSealIntoASegmentThatIsNeeded() {
    StreamCursor other = GOOD.root().cursors().getLast();
    DiskImage image =
        new ForgedLog(GOOD)
            .forge(
                RecordType.SEAL,
                (record, at, payload) ->
                    record.place(0, other.segment(), other.generation() + 1000L));
    assertThatThrownBy(() -> open(image))
        .isInstanceOf(StoreOpenException.class)
        .hasMessageContaining("the newest superblock is lost");
  }

  @Test
  void shouldBelieveNoCursorThatContradictsTheCheckpoint() {
    List<StreamCursor> cursors = new ArrayList<>(GOOD.root().cursors());
    StreamCursor user = cursors.getFirst();
    cursors.set(0, new StreamCursor(user.segment(), user.generation() + 1000, user.offset()));
    assertThatThrownBy(() -> open(with(root(cursors, GOOD.root().checkpoint()))))
        .isInstanceOf(StoreOpenException.class)
        .hasMessageContaining("which its checkpoint needs for something else")
        .hasMessageContaining("offset");
  }

  @ParameterizedTest
  @CsvSource({
    "0, 1, 0, makes no sense",
    "-5, 1, 0, makes no sense",
    "1073741825, 32777, 0, makes no sense",
    "100, 2, 0, makes no sense",
    "100, 1, -1, not on the device",
    "100, 1, 3, not on the device",
    "100, 1, 4096, is not there"
  })
  void shouldBelieveNoCheckpointThatCannotBe(
      int bodyBytes, int count, long address, String complaint) {
    Pieces known = GOOD.root().checkpoint();
    Pieces pieces =
        new Pieces(address, known.generation(), count, bodyBytes, known.bodyCrc(), known.number());
    assertThatThrownBy(() -> open(with(root(GOOD.root().cursors(), pieces))))
        .isInstanceOf(StoreOpenException.class)
        .hasMessageContaining(complaint)
        .hasMessageContaining("segment");
  }

  @Test
  void shouldBelieveNoCheckpointWithAnotherChecksum() {
    Pieces known = GOOD.root().checkpoint();
    Pieces pieces =
        new Pieces(
            known.address(),
            known.generation(),
            known.count(),
            known.bodyBytes(),
            known.bodyCrc() + 1,
            known.number());
    assertThatThrownBy(() -> open(with(root(GOOD.root().cursors(), pieces))))
        .hasMessageContaining("checksum expected");
  }

  @Test
  void shouldSayWhereACheckpointMakesNoSense() throws CorruptRecordException {
    PolledDevice device = new PolledDevice(GOOD.disk(GOOD.image.fork(), new SimulatedClock()));
    UnsafeBuffer body = new CheckpointPieces(device, new Crc32c(), GOOD.root()).read();
    // The number of volumes, behind the head and the segments.
    int segments = body.getInt(24);
    body.putInt(28 + 40 * segments, -1);
    Pieces known = GOOD.root().checkpoint();
    assertThat(known.count()).as("the body is one piece").isOne();
    int crc = new Crc32c().of(body, 0, body.capacity());
    Pieces pieces =
        new Pieces(known.address(), known.generation(), 1, known.bodyBytes(), crc, known.number());
    DiskImage image = with(root(GOOD.root().cursors(), pieces));
    long at = known.address() * 512 + CheckpointPieceFlyweight.HEAD_BYTES;
    image.write(at, body.byteArray(), 0, body.capacity());
    assertThatThrownBy(() -> open(image))
        .isInstanceOf(StoreOpenException.class)
        .hasMessageContaining("checkpoint body makes no sense: count")
        .hasMessageContaining("device disk segment");
  }

  private static long[] versions(DiskImage image) throws StoreOpenException {
    SimulatedClock clock = new SimulatedClock();
    StoreRig rig = StoreRig.openDamaged(clock, GOOD.disk(image, clock));
    return BlockModel.versions(rig.volume(1), DamagedImage.BLOCKS, rig::turn);
  }

  /// Two streams with a group of the same sequence: the one of the newer epoch is the log, the
  /// other is what an earlier recovery cut off.
  @Test
  void shouldGoOnWithTheNewerEpochWhereTwoGroupsHaveOneSequence() throws StoreOpenException {
    Superblock root = GOOD.root();
    StreamCursor cold = root.cursors().get(Stream.COLD.code());
    assertThat(cold.offset()).as("nothing was cleaned").isZero();
    DiskImage cut = GOOD.image.fork();
    int older = root.epoch() - 1;
    new PlantedGroup(Stream.COLD.code(), root.replayFrom(), 0, older, cold.generation())
        .plant(cut, root, cold.segment());
    assertThat(versions(cut)).isEqualTo(GOOD.versions);
    DiskImage image = GOOD.image.fork();
    int newer = root.epoch() + 1;
    long sequence = firstUserGroup();
    new PlantedGroup(Stream.COLD.code(), sequence, 0, newer, cold.generation())
        .plant(image, root, cold.segment());
    assertThat(versions(image)).as("the log from there on was cut off").isNotEqualTo(GOOD.versions);
  }

  /// The first group of the log that hosts wrote: replay meets it before one of another stream.
  private static long firstUserGroup() {
    GroupHeaderFlyweight header = new GroupHeaderFlyweight();
    for (long offset : new ForgedLog(GOOD).headers()) {
      byte[] bytes = GOOD.bytes(offset, GroupHeaderFlyweight.BYTES);
      header.wrap(new UnsafeBuffer(bytes), 0, bytes.length);
      if (header.stream() == Stream.USER.code()) {
        return header.sequence();
      }
    }
    throw new AssertionError("hosts wrote after the checkpoint");
  }

  /// What a segment that replay does not know of may begin with, and whether it shows that the log
  /// went on.
  @ParameterizedTest
  @CsvSource({
    "0, 1000, 2, true",
    "2, 1000, 2, true",
    "0, 1000, 1, false",
    "0, 1, 2, false",
    "3, 1000, 2, false",
    "-1, 1000, 2, false"
  })
  void shouldTakeALaterLifeOfASegmentForProofOnlyIfItIsOne(
      int stream, int generation, int epoch, boolean isProof) throws StoreOpenException {
    Superblock root = GOOD.root();
    assertThat(root.epoch()).isEqualTo(2);
    DiskImage image = GOOD.image.fork();
    long beyond = root.replayFrom() + 1_000_000;
    int free = GOOD.freeSegment;
    new PlantedGroup(stream, beyond + 1, beyond, epoch, generation).plant(image, root, free);
    if (isProof) {
      assertThatThrownBy(() -> open(image))
          .isInstanceOf(StoreOpenException.class)
          .hasMessageContaining("was durable (a later header says so) and cannot be read");
    } else {
      assertThat(versions(image)).isEqualTo(GOOD.versions);
    }
  }

  /// Fails each read of a start in turn.
  @Test
  void shouldSayWhereTheDeviceCouldNotBeRead() {
    int refused = 0;
    int served = 0;
    for (int reads = 0; reads < 400 && served < 3; reads++) {
      SimulatedClock clock = new SimulatedClock();
      SimulatedBlockDevice disk = GOOD.disk(GOOD.image.fork(), clock);
      FailingReads failing = new FailingReads(disk, reads);
      try {
        LogStore.open(failing, StoreRig.options(), clock, StoreRig.keyProvider(), sentence -> {});
        served += failing.hasFailed() ? 0 : 1;
      } catch (StoreOpenException e) {
        // Without its newest superblock the device may look older than it is.
        assertThat(e.getMessage())
            .as("read %d", reads)
            .containsAnyOf("IO_ERROR", "newest superblock is lost")
            .contains("offset");
        refused++;
      }
    }
    assertThat(refused).as("starts that were refused").isGreaterThan(3);
    assertThat(served).as("starts that met no fault").isPositive();
  }
}
