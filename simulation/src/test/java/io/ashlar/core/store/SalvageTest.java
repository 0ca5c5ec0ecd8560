package io.ashlar.core.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.ashlar.core.base.Check;
import io.ashlar.core.device.PolledDevice;
import io.ashlar.core.format.Superblock;
import io.ashlar.core.format.UnsupportedFormatException;
import io.ashlar.core.format.WriteId;
import io.ashlar.core.offline.Salvage;
import io.ashlar.core.offline.SalvageReport;
import io.ashlar.core.offline.SalvageRoot;
import io.ashlar.core.offline.SalvageTarget;
import io.ashlar.core.offline.SalvagedRange;
import io.ashlar.core.offline.SalvagedRange.Kind;
import io.ashlar.core.offline.SalvagedVolume;
import io.ashlar.core.store.DamagedImage.Structure;
import io.ashlar.core.transform.KeyProvider;
import io.ashlar.core.volume.BlockOperation;
import io.ashlar.core.volume.BlockRequest;
import io.ashlar.core.volume.BlockStatus;
import io.ashlar.simulation.CrashChoice;
import io.ashlar.simulation.DiskImage;
import io.ashlar.simulation.DiskState;
import io.ashlar.simulation.SimulatedClock;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.agrona.DirectBuffer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Damages a device in many ways. Whatever a salvage gives without a word is what was acked last.
class SalvageTest {
  private static final DamagedImage SMALL_UNITS = DamagedImage.ofWorkload(512, 1);
  private static final DamagedImage LARGE_UNITS = DamagedImage.ofWorkload(4096, 2);

  /// Keeps the version that each block says it has.
  private static final class Versions implements SalvageTarget {
    final TreeMap<Integer, long[]> byLayer = new TreeMap<>();

    @Override
    public void onBlock(SalvagedVolume volume, long lba, DirectBuffer block, int offset) {
      long[] versions =
          byLayer.computeIfAbsent(volume.layer(), id -> new long[DamagedImage.BLOCKS]);
      versions[(int) lba] = block.getLong(offset);
      assertThat(block.getLong(offset + Long.BYTES)).as("the block's own number").isEqualTo(lba);
    }

    @Override
    public void onProgress(String sentence) {
      assertThat(sentence).isNotEmpty();
    }
  }

  /// What came of a salvage of volume 1.
  @SuppressWarnings("ArrayRecordComponent") // outcomes are not compared
  private record Outcome(SalvageReport report, SalvagedVolume volume, long[] versions) {
    /// What is wrong with a block; null if it must be right.
    @Nullable Kind kind(long block) {
      for (SalvagedRange each : volume.ranges()) {
        if (block >= each.firstBlock() && block < each.firstBlock() + each.blocks()) {
          return each.kind();
        }
      }
      return null;
    }
  }

  private static Outcome salvage(DamagedImage good, DiskImage image) {
    return salvage(good, image, 1 << 20);
  }

  private static Outcome salvage(DamagedImage good, DiskImage image, long memoryBytes) {
    Versions versions = new Versions();
    SalvageReport report = run(good, image, versions, StoreRig.keyProvider(), memoryBytes);
    SalvagedVolume volume =
        report.volumes().stream().filter(each -> each.layer() == 1).findAny().orElseThrow();
    return new Outcome(
        report, volume, versions.byLayer.getOrDefault(1, new long[DamagedImage.BLOCKS]));
  }

  private static SalvageReport run(
      DamagedImage good,
      DiskImage image,
      SalvageTarget target,
      @Nullable KeyProvider keys,
      long memoryBytes) {
    PolledDevice device = new PolledDevice(good.disk(image, new SimulatedClock()));
    try {
      SalvageRoot root = Check.present(SalvageRoot.find(device, 0), "something looks like a pool");
      return new Salvage(device, root, keys, target, memoryBytes).run();
    } catch (UnsupportedFormatException e) {
      throw new AssertionError(e);
    }
  }

  /// Blocks without a word against them hold what was acked last.
  private static void assertHonest(DamagedImage good, Outcome outcome, String what) {
    for (int block = 0; block < DamagedImage.BLOCKS; block++) {
      Kind kind = outcome.kind(block);
      if (kind == null) {
        assertThat(outcome.versions[block])
            .as("%s: block %d", what, block)
            .isEqualTo(good.versions[block]);
      } else if (kind == Kind.UNREADABLE) {
        assertThat(outcome.versions[block]).as("%s: block %d is lost", what, block).isZero();
      }
    }
  }

  private static DamagedImage image(int alignmentBytes) {
    return alignmentBytes == 512 ? SMALL_UNITS : LARGE_UNITS;
  }

  @ParameterizedTest
  @ValueSource(ints = {512, 4096})
  void shouldCopyASoundDeviceWhole(int alignmentBytes) {
    DamagedImage good = image(alignmentBytes);
    Outcome outcome = salvage(good, good.image.fork());
    assertThat(outcome.report.isComplete()).isTrue();
    assertThat(outcome.volume.ranges()).isEmpty();
    assertHonest(good, outcome, "sound");
    assertThat(outcome.report.volumes()).extracting(SalvagedVolume::layer).containsExactly(1, 2);
  }

  @Test
  void shouldNeedLittleMemory() {
    Outcome outcome = salvage(SMALL_UNITS, SMALL_UNITS.image.fork(), 0);
    assertThat(outcome.report.isComplete()).isTrue();
    assertHonest(SMALL_UNITS, outcome, "sixteen leaves at a time");
  }

  @ParameterizedTest
  @CsvSource({"512, 1", "512, 2", "512, 3", "4096, 1", "4096, 2", "4096, 3"})
  void shouldDoWithoutSuperblocks(int alignmentBytes, int lost) {
    DamagedImage good = image(alignmentBytes);
    DiskImage damaged = good.image.fork();
    for (int copy = 0; copy < 2; copy++) {
      if ((lost & 1 << copy) != 0) {
        damaged.fill((long) copy * Superblock.BYTES, Superblock.BYTES, (byte) 0x5A);
      }
    }
    Outcome outcome = salvage(good, damaged);
    assertThat(outcome.report.soundSuperblocks()).isEqualTo(2 - Integer.bitCount(lost));
    assertThat(outcome.report.checkpoint()).isPositive();
    assertThat(outcome.volume.ranges()).isEmpty();
    assertHonest(good, outcome, "superblocks lost: " + lost);
  }

  @ParameterizedTest
  @ValueSource(ints = {512, 4096})
  void shouldDoWithoutTheFirstSegmentToo(int alignmentBytes) {
    DamagedImage good = image(alignmentBytes);
    DiskImage damaged = good.image.fork();
    damaged.fill(0, StoreRig.SEGMENT_BYTES + 4096, (byte) 0);
    Outcome outcome = salvage(good, damaged);
    assertThat(outcome.report.soundSuperblocks()).isZero();
    assertHonest(good, outcome, "superblocks and the first group lost");
  }

  @ParameterizedTest
  @ValueSource(ints = {512, 4096})
  void shouldTellThatNothingIsCertainWithoutAnyCheckpoint(int alignmentBytes) {
    DamagedImage good = image(alignmentBytes);
    DiskImage damaged = good.image.fork();
    for (Structure each : good.structures()) {
      if (each.kind() == DamagedImage.Kind.CHECKPOINT) {
        damaged.fill(each.offset(), 512, (byte) 0);
      }
    }
    Outcome outcome = salvage(good, damaged);
    assertThat(outcome.report.checkpoint()).isEqualTo(-1);
    assertThat(outcome.report.isComplete()).isFalse();
    int right = 0;
    for (int block = 0; block < DamagedImage.BLOCKS; block++) {
      assertThat(outcome.kind(block)).as("block %d", block).isEqualTo(Kind.UNCERTAIN);
      right += outcome.versions[block] == good.versions[block] ? 1 : 0;
    }
    assertThat(right).as("what the log has is right").isGreaterThan(DamagedImage.BLOCKS * 9 / 10);
  }

  @ParameterizedTest
  @ValueSource(ints = {512, 4096})
  void shouldNeverGiveAnotherVersionWithoutSayingSo(int alignmentBytes) {
    DamagedImage good = image(alignmentBytes);
    SplittableRandom random = new SplittableRandom(alignmentBytes);
    List<Structure> structures = good.structures();
    int spoiled = 0;
    for (int round = 0; round < 60; round++) {
      DiskImage damaged = good.image.fork();
      StringBuilder what = new StringBuilder("unit " + alignmentBytes + " round " + round);
      for (int hits = 1 + random.nextInt(6); hits > 0; hits--) {
        Structure hit = structures.get(random.nextInt(structures.size()));
        damaged.flipBit(hit.offset() + random.nextInt(hit.bytes()), random.nextInt(8));
        what.append(", ").append(hit.name());
      }
      Outcome outcome = salvage(good, damaged);
      if (outcome.report.groupsMissing() == 0) {
        assertHonest(good, outcome, what.toString());
      }
      spoiled += outcome.report.isComplete() ? 0 : 1;
    }
    assertThat(spoiled).as("some damage is felt").isPositive();
  }

  @Test
  void shouldNameExactlyTheBlocksThatAreLost() {
    List<Structure> data =
        SMALL_UNITS.structures().stream()
            .filter(each -> each.kind() == DamagedImage.Kind.DATA)
            .toList();
    int lost = 0;
    for (int i = 0; i < data.size(); i += data.size() / 40) {
      Structure hit = data.get(i);
      DiskImage damaged = SMALL_UNITS.image.fork();
      damaged.fill(hit.offset(), hit.bytes(), (byte) 0x33);
      Outcome outcome = salvage(SMALL_UNITS, damaged);
      assertHonest(SMALL_UNITS, outcome, hit.name());
      for (SalvagedRange each : outcome.volume.ranges()) {
        assertThat(each).isEqualTo(new SalvagedRange(hit.firstBlock(), 1, Kind.UNREADABLE));
        lost++;
      }
    }
    assertThat(lost).as("some of it was alive").isPositive();
  }

  @Test
  void shouldLeaveEncryptedVolumesOutWithoutTheirKey() {
    Versions versions = new Versions();
    SalvageReport report = run(SMALL_UNITS, SMALL_UNITS.image.fork(), versions, null, 1 << 20);
    assertThat(report.isComplete()).isFalse();
    assertThat(report.volumes().getFirst().isLocked()).isTrue();
    assertThat(report.volumes().getLast().isLocked()).isFalse();
    assertThat(versions.byLayer).isEmpty();
  }

  @Test
  void shouldTakeWhatIsThereOfADeviceThatEndsEarly() {
    DiskImage half = new DiskImage(12L * StoreRig.SEGMENT_BYTES);
    byte[] bytes = SMALL_UNITS.bytes(0, (int) half.sizeBytes());
    half.write(0, bytes, 0, bytes.length);
    Outcome outcome = salvage(SMALL_UNITS, half);
    assertThat(outcome.report.segmentsMissing()).isEqualTo(DamagedImage.SEGMENTS - 11);
    if (outcome.report.groupsMissing() == 0) {
      assertHonest(SMALL_UNITS, outcome, "half a device");
    }
    assertThat(outcome.report.isComplete()).isFalse();
  }

  /// What an earlier recovery cut off was never acked, whatever version it says it is of.
  @ParameterizedTest
  @CsvSource({"1, false", "2, true"})
  void shouldTakeNoWriteThatWasCutOff(int epoch, boolean isTaken) {
    Superblock root = SMALL_UNITS.root();
    assertThat(root.epoch()).isEqualTo(2);
    DiskImage image = SMALL_UNITS.image.fork();
    long newest = WriteId.of(2, WriteId.COUNTER_MAX);
    int free = SMALL_UNITS.freeSegment;
    new PlantedGroup(0, root.replayFrom() + 1000, 0, epoch, 1000)
        .plantWrite(image, root, free, 1, 7, newest);
    Outcome outcome = salvage(SMALL_UNITS, image);
    assertThat(outcome.versions[7]).isEqualTo(isTaken ? newest : SMALL_UNITS.versions[7]);
    if (!isTaken) {
      assertHonest(SMALL_UNITS, outcome, "a tail that was cut off");
    }
  }

  /// Nothing but the trailing mark, or a later group, says that a group became durable.
  @ParameterizedTest
  @CsvSource({"false, UNCERTAIN", "true, UNREADABLE"})
  void shouldReplaceADamagedVersionByAnOlderOneOnlyIfItMayNeverHaveBeenAcked(
      boolean isDurable, Kind kind) {
    Superblock root = SMALL_UNITS.root();
    DiskImage image = SMALL_UNITS.image.fork();
    long sequence = root.replayFrom() + 1000;
    new PlantedGroup(0, sequence, isDurable ? sequence : 0, 2, 1000)
        .plantWrite(image, root, SMALL_UNITS.freeSegment, 1, 7, WriteId.of(2, 77_000));
    long planted = root.geometry().segmentOffset(SMALL_UNITS.freeSegment);
    image.flipBit(planted + root.geometry().alignmentBytes() + 100, 2);
    Outcome outcome = salvage(SMALL_UNITS, image);
    assertThat(outcome.kind(7)).isEqualTo(kind);
    assertThat(outcome.versions[7]).isEqualTo(isDurable ? 0 : SMALL_UNITS.versions[7]);
    assertThat(SMALL_UNITS.versions[7]).as("there is an older one").isPositive();
    assertThat(outcome.report.isComplete()).isFalse();
  }

  /// Block 7 is written over and over, and power is lost in every way at every turn: what was acked
  /// last is in the image, or something newer, and never a hole.
  @Test
  void shouldGiveTheVersionBeforeTheOneThatAPowerLossCutShort() {
    SimulatedClock clock = new SimulatedClock();
    StoreRig rig = StoreRig.open(clock, SMALL_UNITS.disk(SMALL_UNITS.image.fork(), clock));
    rig.disk.latency(40_000, 80_000);
    int[] kinds = new int[2];
    for (long version = 1_000_000; version < 1_000_005; version++) {
      boolean[] acked = new boolean[1];
      rig.volume(1).submit(write(7, version, acked));
      for (int turn = 0; !acked[0]; turn++) {
        assertThat(turn).isLessThan(10_000);
        rig.turn();
        if (!rig.disk.state().unsynced().isEmpty()) {
          crashEverywhere(rig.disk.state(), version, acked[0] ? version : version - 1, kinds);
        }
      }
    }
    assertThat(kinds[0]).as("outcomes that are certain").isPositive();
    assertThat(kinds[1]).as("outcomes that are not").isPositive();
  }

  private static void crashEverywhere(DiskState state, long newest, long acked, int[] kinds) {
    for (CrashChoice choice : CrashChoice.enumerate(state, 1)) {
      Outcome outcome = salvage(SMALL_UNITS, state.crashed(choice));
      long found = outcome.versions[7];
      long least = acked == 999_999 ? SMALL_UNITS.versions[7] : acked;
      assertThat(found).as("%s: %s", choice, outcome.kind(7)).isIn(least, newest);
      assertThat(outcome.kind(7)).isIn(null, Kind.UNCERTAIN);
      kinds[outcome.kind(7) == null ? 0 : 1]++;
    }
  }

  private static BlockRequest write(long block, long version, boolean[] acked) {
    BlockRequest write =
        new BlockRequest(done -> {
          assertThat(done.status).isEqualTo(BlockStatus.OK);
          acked[0] = true;
        });
    write.operation = BlockOperation.WRITE;
    write.data.wrap(ByteBuffer.allocateDirect(4096));
    // What cannot be compressed takes several sectors, which may tear.
    SplittableRandom random = new SplittableRandom(version);
    for (int at = 2 * Long.BYTES; at < 4096; at += Long.BYTES) {
      write.data.putLong(at, random.nextLong());
    }
    write.data.putLong(0, version);
    write.data.putLong(Long.BYTES, block);
    write.offsetBytes = block * 4096;
    write.lengthBytes = 4096;
    return write;
  }

  /// Checksums hold, and yet no group of this pool begins so.
  @ParameterizedTest
  @ValueSource(ints = {3, 7, 255})
  void shouldNotBelieveAHeaderOfNoStream(int stream) {
    Superblock root = SMALL_UNITS.root();
    DiskImage image = SMALL_UNITS.image.fork();
    new PlantedGroup(stream, root.replayFrom() + 1000, 0, 2, 1000)
        .plantWrite(image, root, SMALL_UNITS.freeSegment, 1, 7, WriteId.of(2, 77_000));
    Outcome outcome = salvage(SMALL_UNITS, image);
    assertThat(outcome.versions[7]).isEqualTo(SMALL_UNITS.versions[7]);
    assertHonest(SMALL_UNITS, outcome, "stream " + stream);
  }

  /// Headers lie at whole MiB within segments too, if chance has it.
  @Test
  void shouldFindOutTheSizeOfSegments() throws UnsupportedFormatException {
    Superblock small = SMALL_UNITS.root();
    DiskImage image = new DiskImage(33L << 20);
    int[] mibs = {0, 4, 8, 2, 5};
    int[] lives = {1, 2, 3, 1, 2};
    for (int i = 0; i < mibs.length; i++) {
      new PlantedGroup(0, i + 1L, 0, 2, lives[i]).plant(image, small, mibs[i]);
    }
    PolledDevice device = new PolledDevice(SMALL_UNITS.disk(image, new SimulatedClock()));
    SalvageRoot found = Check.present(SalvageRoot.find(device, 0), "headers are there");
    assertThat(found.sound()).isZero();
    assertThat(found.root().secret()).isEqualTo(small.secret());
    assertThat(found.root().geometry().segmentBytes()).isEqualTo(4 << 20);
    SalvageRoot told = Check.present(SalvageRoot.find(device, 8 << 20), "headers are there");
    assertThat(told.root().geometry().segmentBytes()).isEqualTo(8 << 20);
  }

  /// Without the first segment's header, the secret of most counts.
  @Test
  void shouldTakeTheSecretOfMostHeaders() throws UnsupportedFormatException {
    Superblock small = SMALL_UNITS.root();
    DiskImage image = new DiskImage(33L << 20);
    for (int mib : new int[] {1, 2, 3}) {
      new PlantedGroup(0, mib, 0, 2, mib + 1).plant(image, small, mib);
    }
    Superblock foreign = LARGE_UNITS.root();
    new PlantedGroup(0, 9, 0, 2, 9).plant(image, foreign, 7);
    PolledDevice device = new PolledDevice(SMALL_UNITS.disk(image, new SimulatedClock()));
    SalvageRoot found = Check.present(SalvageRoot.find(device, 0), "headers are there");
    assertThat(found.root().secret()).isEqualTo(small.secret());
    new PlantedGroup(0, 9, 0, 2, 9).plant(image, foreign, 0);
    SalvageRoot first = Check.present(SalvageRoot.find(device, 0), "headers are there");
    assertThat(first.root().secret()).as("the first decides").isEqualTo(foreign.secret());
  }

  /// A disk with bad places all over: each is at most a few blocks, and nothing around it suffers.
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void shouldReadAroundBadSectors(long seed) throws UnsupportedFormatException {
    SplittableRandom random = new SplittableRandom(seed);
    BadSectors device =
        new BadSectors(SMALL_UNITS.disk(SMALL_UNITS.image.fork(), new SimulatedClock()));
    for (int i = 0; i < 12; i++) {
      long segments = DamagedImage.SEGMENTS * (long) StoreRig.SEGMENT_BYTES;
      long offset = StoreRig.SEGMENT_BYTES + (random.nextLong(segments - 4096) & -512);
      device.spoil(offset, 512);
    }
    Versions versions = new Versions();
    PolledDevice polled = new PolledDevice(device);
    SalvageRoot root = Check.present(SalvageRoot.find(polled, 0), "the superblocks are sound");
    SalvageReport report =
        new Salvage(polled, root, StoreRig.keyProvider(), versions, 1 << 20).run();
    SalvagedVolume volume = report.volumes().getFirst();
    Outcome outcome =
        new Outcome(
            report, volume, versions.byLayer.getOrDefault(1, new long[DamagedImage.BLOCKS]));
    assertThat(report.unreadableBytes()).isPositive();
    if (report.groupsMissing() == 0) {
      assertHonest(SMALL_UNITS, outcome, "bad sectors, seed " + seed);
    }
    assertThat(volume.blocks(Kind.UNREADABLE)).as("blocks lost").isLessThan(40);
  }

  @Test
  void shouldFindNothingWhereNothingIs() throws UnsupportedFormatException {
    DiskImage empty = new DiskImage((DamagedImage.SEGMENTS + 1L) * StoreRig.SEGMENT_BYTES);
    PolledDevice device = new PolledDevice(SMALL_UNITS.disk(empty, new SimulatedClock()));
    assertThat(SalvageRoot.find(device, 0)).isNull();
  }
}
