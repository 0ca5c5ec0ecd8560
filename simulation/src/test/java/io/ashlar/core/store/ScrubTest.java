package io.ashlar.core.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.ashlar.core.base.Crc32c;
import io.ashlar.core.checkpoint.SuperblockSlots;
import io.ashlar.core.device.PolledDevice;
import io.ashlar.core.format.CorruptRecordException;
import io.ashlar.core.format.Sectors;
import io.ashlar.core.format.Superblock;
import io.ashlar.core.format.UnsupportedFormatException;
import io.ashlar.core.store.DamagedImage.Structure;
import io.ashlar.core.volume.BlockOperation;
import io.ashlar.core.volume.BlockRequest;
import io.ashlar.core.volume.BlockStatus;
import io.ashlar.core.volume.BlockVolume;
import io.ashlar.simulation.CrashChoice;
import io.ashlar.simulation.DiskImage;
import io.ashlar.simulation.SimulatedClock;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Damages what a store holds, and has it read everything.
class ScrubTest {
  private static final DamagedImage GOOD = DamagedImage.ofWorkload(512, 1);
  private static final int TURNS_MAX = 500_000;

  private static StoreRig open(DiskImage image) {
    SimulatedClock clock = new SimulatedClock();
    return StoreRig.open(clock, GOOD.disk(image, clock));
  }

  private static void scrub(StoreRig rig) {
    rig.store.startScrub();
    for (int turns = 0; rig.store.scrubStatus().running(); turns++) {
      assertThat(turns).as("turns of a scrub").isLessThan(TURNS_MAX);
      rig.turn();
    }
    rig.settle();
  }

  private static BlockStatus read(StoreRig rig, long block) {
    boolean[] done = new boolean[1];
    BlockRequest read = new BlockRequest(ended -> done[0] = true);
    read.operation = BlockOperation.READ;
    read.data.wrap(ByteBuffer.allocateDirect(4096));
    read.offsetBytes = block * 4096;
    read.lengthBytes = 4096;
    rig.volume(1).submit(read);
    for (int turns = 0; !done[0]; turns++) {
      assertThat(turns).as("turns of a read").isLessThan(TURNS_MAX);
      rig.turn();
    }
    return read.status;
  }

  @Test
  void shouldFindNothingInASoundPool() {
    StoreRig rig = open(GOOD.image.fork());
    scrub(rig);
    ScrubStatus status = rig.store.scrubStatus();
    assertThat(rig.troubles).isEmpty();
    assertThat(status.passes()).isEqualTo(1);
    assertThat(status.damages()).isZero();
    assertThat(status.found()).isEqualTo(ScrubFindings.NONE);
    assertThat(status.bytesRead()).isGreaterThanOrEqualTo(rig.store.statistics().usedBytes());
  }

  /// What is dead may be damaged without a word; what is alive never.
  @Test
  void shouldNameTheBlocksThatCannotBeReadAnyMoreAndNoOthers() {
    List<Structure> data =
        GOOD.structures().stream().filter(each -> each.kind() == DamagedImage.Kind.DATA).toList();
    int alive = 0;
    for (int i = 0; i < data.size(); i += data.size() / 50) {
      Structure hit = data.get(i);
      StoreRig rig = open(GOOD.image.fork());
      rig.disk.flipBit(hit.offset() + hit.bytes() / 2, 3);
      scrub(rig);
      List<String> found = List.copyOf(rig.troubles);
      boolean isLost = read(rig, hit.firstBlock()) != BlockStatus.OK;
      if (isLost) {
        alive++;
        assertThat(found).as(hit.name()).hasSize(1);
        assertThat(found.getFirst())
            .contains("scrub: block %d of layer 1".formatted(hit.firstBlock()))
            .contains("device disk segment")
            .contains("offset");
        assertThat(rig.store.scrubStatus().damages()).isEqualTo(1);
        assertThat(rig.store.scrubStatus().foundByPass()).isEqualTo(new ScrubFindings(1, 0, 0, 0));
      } else {
        assertThat(found).as(hit.name()).isEmpty();
      }
    }
    assertThat(alive).as("some of it was alive").isPositive();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void shouldWriteADamagedSuperblockAnew(int copy)
      throws CorruptRecordException, UnsupportedFormatException {
    StoreRig rig = open(GOOD.image.fork());
    rig.disk.flipBit((long) copy * Superblock.BYTES + 100, 1);
    scrub(rig);
    assertThat(rig.troubles).hasSize(1);
    assertThat(rig.troubles.getFirst()).contains("superblock " + (copy == 0 ? "A" : "B"));
    assertThat(rig.store.scrubStatus().found()).isEqualTo(new ScrubFindings(0, 1, 1, 0));
    rig.settle();
    DiskImage after = rig.disk.state().crashed(CrashChoice.loseAll());
    PolledDevice device = new PolledDevice(GOOD.disk(after, new SimulatedClock()));
    SuperblockSlots slots = new SuperblockSlots(device, new Crc32c());
    assertThat(slots.copy(0, 1, copy)).as("sound again").isNotNull();
  }

  @Test
  void shouldMakeACheckpointInPlaceOfADamagedOne() {
    StoreRig rig = open(GOOD.image.fork());
    long address = rig.store.root().checkpoint().address();
    rig.disk.flipBit(Sectors.toBytes(address) + 60, 1);
    scrub(rig);
    rig.settle();
    assertThat(rig.troubles).hasSize(1);
    assertThat(rig.troubles.getFirst()).contains("a piece of the checkpoint");
    assertThat(rig.store.root().checkpoint().address()).isNotEqualTo(address);
    StoreRig again = open(rig.disk.state().crashed(CrashChoice.loseAll()));
    assertThat(BlockModel.versions(again.volume(1), DamagedImage.BLOCKS, again::turn))
        .isEqualTo(GOOD.versions);
  }

  @Test
  void shouldGoOnWhereItWasAfterARestart() {
    StoreRig rig = open(GOOD.image.fork());
    rig.store.startScrub();
    for (int turns = 0; rig.store.scrubStatus().segment() < 6; turns++) {
      assertThat(turns).isLessThan(TURNS_MAX);
      rig.turn();
    }
    rig.store.stopScrub();
    rig.settle();
    for (int turns = 0; turns < 100; turns++) {
      rig.turn();
    }
    int reached = rig.store.scrubStatus().segment();
    assertThat(rig.store.scrubStatus().running()).isFalse();
    assertThat(rig.store.scrubStatus().passes()).isZero();
    rig.close();
    StoreRig again = open(rig.disk.state().crashed(CrashChoice.loseAll()));
    again.store.startScrub();
    again.turn();
    assertThat(again.store.scrubStatus().segment()).isGreaterThanOrEqualTo(reached);
    scrub(again);
    assertThat(again.store.scrubStatus().passes()).isEqualTo(1);
    assertThat(again.troubles).isEmpty();
  }

  /// A host that always has something under way lets the scrub read a piece each 100 ms.
  @Test
  void shouldGiveWayToHosts() {
    StoreRig rig = open(GOOD.image.fork());
    rig.disk.latency(200_000, 400_000);
    BlockVolume volume = rig.volume(1);
    BlockModel model = new BlockModel(DamagedImage.BLOCKS);
    model.rebase(GOOD.versions);
    SplittableRandom random = new SplittableRandom(3);
    for (int turn = 0; turn < 100; turn++) {
      if (turn % 10 == 0) {
        model.submit(volume, random);
      }
      rig.turn();
    }
    rig.store.startScrub();
    for (int turn = 0; turn < 9_000; turn++) {
      if (turn % 10 == 0) {
        model.submit(volume, random);
      }
      rig.turn();
    }
    assertThat(rig.store.scrubStatus().bytesRead()).isLessThanOrEqualTo(4 * 128 * 1024);
  }

  @Test
  void shouldBeginByItselfAndOnlyAsOftenAsItShould() {
    StoreRig rig = open(GOOD.image.fork());
    long day = 86_400_000_000_000L;
    rig.store.scrubEvery(day);
    for (int hour = 0; hour < 47; hour++) {
      for (int second = 0; second < 200; second++) {
        rig.clock.advance(day / 24 / 200);
        rig.turn();
        rig.turn();
      }
    }
    assertThat(rig.store.scrubStatus().passes()).isEqualTo(2);
    assertThat(rig.troubles).isEmpty();
  }
}
