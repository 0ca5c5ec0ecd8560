package io.ashlar.core.store;

import static org.assertj.core.api.Assertions.assertThat;

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

  private final Map<Kind, int[]> outcomes = new EnumMap<>(Kind.class);

  @ParameterizedTest
  @CsvSource({"512, 1", "4096, 2"})
  void shouldNeverServeWrongBytesWhateverIsDamaged(int unitBytes, long seed) {
    DamagedImage good = DamagedImage.ofWorkload(unitBytes, seed);
    assertThat(good.movedBytes).as("the cleaner worked").isPositive();
    List<Structure> structures = good.structures();
    SplittableRandom random = new SplittableRandom(seed);
    for (Structure structure : structures) {
      for (Damage damage : Damage.values()) {
        if (isTried(structure, random)) {
          tryOne(good, structures, structure, damage, random.split());
        }
      }
    }
    outcomes.forEach((kind, counts) ->
        System.out.printf(
            "unit %d seed %d %s: %d served whole, %d with failed blocks, %d refused%n",
            unitBytes, seed, kind, counts[0], counts[1], counts[2]));
    assertThat(outcomes.keySet()).containsExactly(Kind.values());
  }

  /// There are thousands of blocks of data, all alike.
  private static boolean isTried(Structure structure, SplittableRandom random) {
    return structure.kind() != Kind.DATA || random.nextInt(24) == 0;
  }

  private void tryOne(
      DamagedImage good,
      List<Structure> structures,
      Structure structure,
      Damage damage,
      SplittableRandom random) {
    String what = "unit %d %s of %s".formatted(good.unitBytes, damage, structure.name());
    DiskImage image = good.image.fork();
    apply(good, image, structures, structure, damage, random);
    SimulatedClock clock = new SimulatedClock();
    int outcome;
    try {
      StoreRig rig = StoreRig.openDamaged(clock, good.disk(image, clock));
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
