package io.ashlar.core.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.ashlar.core.format.VolumeEntry;
import io.ashlar.core.store.DamagedImage.Kind;
import io.ashlar.core.store.DamagedImage.Structure;
import io.ashlar.core.volume.BlockOperation;
import io.ashlar.core.volume.BlockRequest;
import io.ashlar.core.volume.BlockStatus;
import io.ashlar.core.volume.BlockVolume;
import io.ashlar.simulation.DiskImage;
import io.ashlar.simulation.SimulatedClock;
import java.nio.ByteBuffer;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Damages every structure on a device in turn. The store serves exactly what was acked, or fails
/// reads of the blocks that were hit, or refuses to open with a sentence that names the place.
class CorruptionTest {
  private static final int BLOCK = 4096;
  private static final int RUN = 64;

  /// Ways to damage bytes.
  private enum Damage {
    FLIP,
    ZERO,
    SWAP
  }

  private List<VolumeEntry> volumes = List.of();
  private final Map<Kind, int[]> outcomes = new EnumMap<>(Kind.class);

  @ParameterizedTest
  @CsvSource({"512, 1", "4096, 2"})
  void shouldNeverServeWrongBytesWhateverIsDamaged(int alignmentBytes, long seed) {
    DamagedImage good = DamagedImage.ofWorkload(alignmentBytes, seed);
    assertThat(good.movedBytes).as("the cleaner worked").isPositive();
    SimulatedClock clock = new SimulatedClock();
    volumes = StoreRig.open(clock, good.disk(good.image.fork(), clock)).store.volumes();
    assertThat(volumes).hasSize(2);
    List<Structure> structures = good.structures();
    SplittableRandom random = new SplittableRandom(seed);
    for (Structure structure : structures) {
      for (Damage damage : Damage.values()) {
        for (int left = tries(structure, random); left > 0; left--) {
          tryOne(good, structures, structure, damage, random.split());
        }
      }
    }
    outcomes.forEach((kind, counts) ->
        System.out.printf(
            "unit %d seed %d %s: %d served whole, %d with failed blocks, %d refused%n",
            alignmentBytes, seed, kind, counts[0], counts[1], counts[2]));
    assertThat(outcomes.keySet()).containsExactly(Kind.values());
  }

  /// The same for changes of volumes that are only in the log.
  @Test
  void shouldNotBelieveADamagedChangeOfVolumes() {
    DamagedImage good = DamagedImage.ofLog(512);
    SimulatedClock clock = new SimulatedClock();
    volumes = StoreRig.open(clock, good.disk(good.image.fork(), clock)).store.volumes();
    List<Structure> changes =
        good.structures().stream().filter(each -> each.kind() == Kind.CATALOGUE).toList();
    assertThat(changes).isNotEmpty();
    SplittableRandom random = new SplittableRandom(1);
    for (Structure change : changes) {
      for (int flips = 0; flips < 100; flips++) {
        tryOne(good, changes, change, Damage.FLIP, random.split());
      }
    }
  }

  /// There are thousands of blocks of data, all alike, and few records of volumes, in which each
  /// byte means something else.
  private static int tries(Structure structure, SplittableRandom random) {
    return switch (structure.kind()) {
      case DATA -> random.nextInt(24) == 0 ? 1 : 0;
      case CATALOGUE -> 16;
      default -> 1;
    };
  }

  private void tryOne(
      DamagedImage good,
      List<Structure> structures,
      Structure structure,
      Damage damage,
      SplittableRandom random) {
    String what = "unit %d %s of %s".formatted(good.alignmentBytes, damage, structure.name());
    DiskImage image = good.image.fork();
    apply(good, image, structures, structure, damage, random);
    SimulatedClock clock = new SimulatedClock();
    int outcome;
    try {
      StoreRig rig = StoreRig.openDamaged(clock, good.disk(image, clock));
      assertThat(rig.store.volumes())
          .as(what)
          .usingRecursiveFieldByFieldElementComparator()
          .isEqualTo(volumes);
      int failed = failedBlocks(good, structure, rig, what);
      outcome = failed == 0 ? 0 : 1;
    } catch (StoreOpenException refused) {
      assertThat(refused.getMessage()).as(what).contains("disk").contains("offset");
      outcome = 2;
    } catch (RuntimeException e) {
      throw new AssertionError(what + ": " + e, e);
    }
    outcomes.computeIfAbsent(structure.kind(), kind -> new int[3])[outcome]++;
  }

  private static void apply(
      DamagedImage good,
      DiskImage image,
      List<Structure> structures,
      Structure structure,
      Damage damage,
      SplittableRandom random) {
    switch (damage) {
      case FLIP ->
          image.flipBit(structure.offset() + random.nextInt(structure.bytes()), random.nextInt(8));
      case ZERO -> image.fill(structure.offset(), structure.bytes(), (byte) 0);
      case SWAP -> {
        List<Structure> alike =
            structures.stream().filter(each -> each.kind() == structure.kind()).toList();
        Structure other = alike.get(random.nextInt(alike.size()));
        int bytes = Math.min(structure.bytes(), other.bytes());
        image.write(structure.offset(), good.bytes(other.offset(), bytes), 0, bytes);
      }
    }
  }

  private static int failedBlocks(
      DamagedImage good, Structure structure, StoreRig rig, String what) {
    BlockVolume volume = rig.volume(1);
    ByteBuffer memory = ByteBuffer.allocateDirect(RUN * BLOCK);
    int failed = 0;
    for (int first = 0; first < DamagedImage.BLOCKS; first += RUN) {
      if (read(rig, volume, memory, first, RUN) == BlockStatus.OK) {
        compare(good, memory, first, RUN, what);
        continue;
      }
      for (int block = first; block < first + RUN; block++) {
        BlockStatus status = read(rig, volume, memory, block, 1);
        if (status == BlockStatus.OK) {
          compare(good, memory, block, 1, what);
        } else {
          assertThat(status).as(what).isEqualTo(BlockStatus.MEDIUM_ERROR);
          assertThat(structure.mayHit(block)).as("%s: block %d fails", what, block).isTrue();
          assertThat(rig.troubles).as(what).anyMatch(each -> each.contains("segment"));
          failed++;
        }
      }
    }
    return failed;
  }

  private static void compare(
      DamagedImage good, ByteBuffer memory, int first, int count, String what) {
    for (int i = 0; i < count; i++) {
      long version = Long.reverseBytes(memory.getLong(i * BLOCK));
      if (version != good.versions[first + i]) {
        throw new AssertionError(
            "%s: block %d holds version %d and not %d"
                .formatted(what, first + i, version, good.versions[first + i]));
      }
    }
  }

  private static BlockStatus read(
      StoreRig rig, BlockVolume volume, ByteBuffer memory, int first, int count) {
    boolean[] done = new boolean[1];
    BlockRequest read = new BlockRequest(ended -> done[0] = true);
    read.data.wrap(memory);
    read.operation = BlockOperation.READ;
    read.offsetBytes = (long) first * BLOCK;
    read.lengthBytes = (long) count * BLOCK;
    volume.submit(read);
    for (int turns = 0; !done[0]; turns++) {
      if (turns > 100_000) {
        throw new AssertionError("a read does not end");
      }
      rig.turn();
    }
    return read.status;
  }
}
