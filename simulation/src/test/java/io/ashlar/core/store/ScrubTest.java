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
import io.ashlar.simulation.CrashChoice;
import io.ashlar.simulation.DiskImage;
import io.ashlar.simulation.SimulatedBlockDevice;
import io.ashlar.simulation.SimulatedClock;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Damages what a store holds, and has it read everything.
class ScrubTest {
  static final DamagedImage GOOD = DamagedImage.ofWorkload(512, 1);
  private static final int TURNS_MAX = 500_000;

  static StoreRig open(DiskImage image) {
    SimulatedClock clock = new SimulatedClock();
    return StoreRig.open(clock, GOOD.disk(image, clock));
  }

  static void scrub(StoreRig rig) {
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

  @Test
  void shouldCountADamageOnceHoweverOftenItIsMet() {
    StoreRig rig = open(GOOD.image.fork());
    Structure hit = aliveBlock();
    rig.disk.flipBit(hit.offset() + hit.bytes() / 2, 3);
    scrub(rig);
    scrub(rig);
    ScrubFindings one = new ScrubFindings(1, 0, 0, 0);
    assertThat(rig.store.scrubStatus().foundByPass()).isEqualTo(one);
    assertThat(rig.store.scrubStatus().found()).isEqualTo(one);
    assertThat(rig.store.health().damagedBlocks()).isEqualTo(1);
    assertThat(rig.troubles).as("each pass tells").hasSize(2);

    rig.disk.flipBit(hit.offset() + hit.bytes() / 2, 3);
    scrub(rig);
    assertThat(rig.store.scrubStatus().foundByPass()).isEqualTo(ScrubFindings.NONE);
    assertThat(rig.store.scrubStatus().found()).isEqualTo(one);

    rig.disk.flipBit(hit.offset() + hit.bytes() / 2, 3);
    scrub(rig);
    assertThat(rig.store.scrubStatus().found())
        .as("damaged anew")
        .isEqualTo(new ScrubFindings(2, 0, 0, 0));
  }

  private static List<Structure> structures(DamagedImage.Kind kind) {
    return GOOD.structures().stream().filter(each -> each.kind() == kind).toList();
  }

  private static void readAll(StoreRig rig) {
    assertThat(BlockModel.versions(rig.volume(1), DamagedImage.BLOCKS, rig::turn))
        .isEqualTo(GOOD.versions);
  }

  /// A page that is in memory is written anew; one that is not hides the blocks below it. One that
  /// no tree refers to is nobody's business.
  @Test
  void shouldWriteDamagedPagesAnewOrSayWhatTheyHide() {
    int repaired = 0;
    for (Structure page : structures(DamagedImage.Kind.PAGE)) {
      StoreRig rig = open(GOOD.image.fork());
      read(rig, page.firstBlock());
      rig.disk.flipBit(page.offset() + page.bytes() / 2, 3);
      scrub(rig);
      ScrubFindings found = rig.store.scrubStatus().foundByPass();
      if (found.pages() == 0) {
        assertThat(rig.troubles).as(page.name()).isEmpty();
        continue;
      }
      assertThat(found)
          .as(page.name())
          .isEqualTo(new ScrubFindings(0, 1, found.repairedPages(), 0));
      assertThat(rig.troubles.getFirst()).contains("page").contains("of level");
      if (found.repairedPages() == 1) {
        repaired++;
        rig.turn();
        rig.settle();
        rig.close();
        StoreRig again = open(rig.disk.state().crashed(CrashChoice.loseAll()));
        readAll(again);
        scrub(again);
        assertThat(again.troubles).as(page.name()).isEmpty();
      } else {
        assertThat(rig.troubles.getFirst()).contains("blocks below it are not served");
      }
    }
    assertThat(repaired).as("written anew").isPositive();
  }

  /// One damaged header is one damage, however many places are tried for the next one; the groups
  /// behind it are checked as ever.
  @Test
  void shouldGoOnBehindADamagedHeader() {
    Structure block = aliveBlock(512 * 1024);
    int segment = segmentOf(block);
    List<Structure> headers =
        structures(DamagedImage.Kind.HEADER).stream()
            .filter(each -> segmentOf(each) == segment && each.offset() < block.offset())
            .toList();
    assertThat(headers).as("groups before the block's").hasSizeGreaterThan(2);
    Structure header = headers.getFirst();
    StoreRig rig = open(GOOD.image.fork());
    rig.disk.flipBit(header.offset() + 20, 1);
    rig.disk.flipBit(block.offset() + block.bytes() / 2, 3);
    scrub(rig);
    assertThat(rig.store.scrubStatus().foundByPass()).isEqualTo(new ScrubFindings(1, 1, 0, 0));
    assertThat(rig.troubles).hasSize(2);
    assertThat(rig.troubles.getFirst())
        .contains("a group header is damaged at device disk segment " + segment);
    assertThat(rig.troubles.getLast()).contains("block " + block.firstBlock());
    scrub(rig);
    assertThat(rig.store.scrubStatus().found())
        .as("nothing counts again")
        .isEqualTo(new ScrubFindings(1, 1, 0, 0));
  }

  private static int segmentOf(Structure structure) {
    return (int) (structure.offset() / StoreRig.SEGMENT_BYTES) - 1;
  }

  @Test
  void shouldNameTheBlocksWhoseSectorsCannotBeRead() {
    Structure block = aliveBlock(64 * 1024);
    SimulatedClock clock = new SimulatedClock();
    SimulatedBlockDevice disk = GOOD.disk(GOOD.image.fork(), clock);
    BadSectors device = new BadSectors(disk);
    StoreRig rig = StoreRig.openThrough(clock, disk, device);
    device.spoil(block.offset() + 512, 512);
    scrub(rig);
    ScrubFindings found = rig.store.scrubStatus().foundByPass();
    assertThat(found.failedReads()).isPositive();
    assertThat(found.blocks()).as("what lay in the few sectors around").isBetween(1L, 3L);
    assertThat(found.pages()).as("no header is taken for damaged").isZero();
    assertThat(rig.troubles).anyMatch(each -> each.contains("reading 4096 bytes failed"));
    assertThat(rig.troubles)
        .anyMatch(each -> each.contains("scrub: block %d of".formatted(block.firstBlock())));
    assertThat(rig.store.health().readErrors()).isEqualTo(found.failedReads());
  }

  @Test
  void shouldWriteASuperblockAnewThatCannotBeReadOrIsNotThere() {
    SimulatedClock clock = new SimulatedClock();
    SimulatedBlockDevice disk = GOOD.disk(GOOD.image.fork(), clock);
    BadSectors device = new BadSectors(disk);
    StoreRig rig = StoreRig.openThrough(clock, disk, device);
    device.spoil(0, 512);
    scrub(rig);
    assertThat(rig.troubles)
        .anyMatch(each -> each.contains("superblock A") && each.contains("reading it"));
    StoreRig blank = open(GOOD.image.fork());
    for (int bit = 0; bit < 8; bit++) {
      blank.disk.flipBit(Superblock.BYTES, bit);
    }
    scrub(blank);
    assertThat(blank.troubles).anyMatch(each -> each.contains("superblock B"));
    assertThat(blank.store.scrubStatus().found()).isEqualTo(new ScrubFindings(0, 1, 1, 0));
  }

  /// What a pass met before it was stopped it may meet again where it goes on.
  @Test
  void shouldCountOncePerPassThoughThePassIsStopped() {
    Structure block = aliveBlock();
    StoreRig rig = open(GOOD.image.fork());
    rig.disk.flipBit(block.offset() + block.bytes() / 2, 3);
    rig.store.startScrub();
    for (int turns = 0; rig.troubles.isEmpty(); turns++) {
      assertThat(turns).isLessThan(TURNS_MAX);
      rig.turn();
    }
    rig.store.stopScrub();
    for (int turns = 0; turns < 100; turns++) {
      rig.turn();
    }
    assertThat(rig.store.scrubStatus().segment()).isEqualTo(segmentOf(block));
    scrub(rig);
    assertThat(rig.store.scrubStatus().foundByPass()).isEqualTo(new ScrubFindings(1, 0, 0, 0));
    assertThat(rig.troubles).as("told once").hasSize(1);
  }

  @Test
  void shouldEndThePassWhenTheStoreCloses() {
    StoreRig rig = open(GOOD.image.fork());
    rig.store.startScrub();
    for (int turns = 0; turns < 50; turns++) {
      rig.turn();
    }
    rig.close();
    assertThat(rig.store.isClosed()).isTrue();
    StoreRig again = open(rig.disk.state().crashed(CrashChoice.loseAll()));
    readAll(again);
  }

  /// A block that a read needs, the first there is.
  static Structure aliveBlock() {
    return aliveBlock(0);
  }

  /// The first from some offset in its segment on.
  private static Structure aliveBlock(int offset) {
    for (Structure each : GOOD.structures()) {
      boolean isBehind = each.offset() % StoreRig.SEGMENT_BYTES >= offset;
      if (each.kind() == DamagedImage.Kind.DATA && isBehind) {
        StoreRig rig = open(GOOD.image.fork());
        rig.disk.flipBit(each.offset() + each.bytes() / 2, 3);
        if (read(rig, each.firstBlock()) != BlockStatus.OK) {
          return each;
        }
      }
    }
    throw new AssertionError("something is alive");
  }
}
