package io.ashlar.core.store;

import static io.ashlar.core.store.Mix.Act.CHECKPOINT;
import static io.ashlar.core.store.Mix.Act.COMPARE_AND_WRITE;
import static io.ashlar.core.store.Mix.Act.COPY;
import static io.ashlar.core.store.Mix.Act.CREATE;
import static io.ashlar.core.store.Mix.Act.DELETE;
import static io.ashlar.core.store.Mix.Act.LARGE_WRITE;
import static io.ashlar.core.store.Mix.Act.PARTIAL_WRITE;
import static io.ashlar.core.store.Mix.Act.RESERVE;
import static io.ashlar.core.store.Mix.Act.RESIZE;
import static io.ashlar.core.store.Mix.Act.UNALIGNED_ZEROES;
import static io.ashlar.core.store.Mix.Act.UNMAP;
import static io.ashlar.core.store.Mix.Act.WIDE_UNMAP;
import static io.ashlar.core.store.Mix.Act.WRITE;
import static io.ashlar.core.store.Mix.Act.WRITE_ZEROES;
import static io.ashlar.core.store.Mix.Act.ZERO_WRITE;

import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;

/// What a workload consists of: its volumes, and how often it does what.
@SuppressWarnings("ImmutableEnumChecker") // its list and its map are never changed
enum Mix {
  /// Small writes of blocks, sealed, and the device ends them in any order.
  WRITES(Map.of(WRITE, 85, ZERO_WRITE, 4, UNMAP, 10, CHECKPOINT, 1), 60_000, Shape.sealed(1, 160)),
  /// Writes as long as a group holds, all or nothing.
  ATOMIC(Map.of(LARGE_WRITE, 25, WRITE, 70, CHECKPOINT, 5), 30_000, Shape.plain(1, 192)),
  /// Reads that lead to writes: parts of blocks, and compares.
  PARTIAL(
      Map.of(
          PARTIAL_WRITE, 40, COMPARE_AND_WRITE, 20, WRITE, 20, UNALIGNED_ZEROES, 15, CHECKPOINT, 1),
      30_000,
      Shape.ofSectors(1, 96)),
  /// Unmaps of every length over a tree of several levels.
  DISCARDS(
      Map.of(WRITE, 60, UNMAP, 15, WIDE_UNMAP, 6, WRITE_ZEROES, 10, ZERO_WRITE, 5, CHECKPOINT, 3),
      0,
      Shape.sparse(1, 6, 24)),
  /// Volumes that come, grow and go, with reservations.
  VOLUMES(
      Map.of(WRITE, 70, CREATE, 6, DELETE, 5, RESIZE, 5, RESERVE, 12, UNMAP, 4, CHECKPOINT, 2),
      20_000,
      Shape.sealed(1, 48),
      Shape.ofSectors(2, 48)),
  /// A pool so full that the cleaner moves blocks all the time.
  CLEANING(Map.of(WRITE, 97, UNMAP, 2, CHECKPOINT, 1), 20_000, Shape.plain(1, 1400)),
  /// Copies between volumes, chunk by chunk.
  COPIES(
      Map.of(COPY, 12, WRITE, 75, UNALIGNED_ZEROES, 6, UNMAP, 5, CHECKPOINT, 2),
      20_000,
      Shape.sealed(1, 128),
      Shape.ofSectors(2, 64)),
  /// One checkpoint after another.
  CHECKPOINTS(
      Map.of(WRITE, 70, UNMAP, 8, WIDE_UNMAP, 4, CHECKPOINT, 18), 40_000, Shape.sparse(1, 5, 24));

  /// What one step of a workload may do.
  enum Act {
    WRITE,
    LARGE_WRITE,
    ZERO_WRITE,
    UNMAP,
    WIDE_UNMAP,
    WRITE_ZEROES,
    PARTIAL_WRITE,
    COMPARE_AND_WRITE,
    UNALIGNED_ZEROES,
    COPY,
    RESERVE,
    CREATE,
    DELETE,
    RESIZE,
    CHECKPOINT
  }

  /// A volume of which the workload uses some windows of blocks, all alike and evenly apart.
  record Shape(
      int layer, boolean sealed, int logicalBlockBytes, int windows, int blocks, long stride) {
    static final int SECTORS_PER_BLOCK = 8;

    static Shape sealed(int layer, int blocks) {
      return new Shape(layer, true, 4096, 1, blocks, blocks);
    }

    static Shape plain(int layer, int blocks) {
      return new Shape(layer, false, 4096, 1, blocks, blocks);
    }

    static Shape ofSectors(int layer, int blocks) {
      return new Shape(layer, false, 512, 1, blocks, blocks);
    }

    /// Windows across the edges of leaves, in a tree of three levels.
    static Shape sparse(int layer, int windows, int blocks) {
      return new Shape(layer, true, 4096, windows, blocks, 128 * 61 - 10);
    }

    Shape withBlocks(int more) {
      return new Shape(layer, sealed, logicalBlockBytes, windows, more, more);
    }

    int sectors() {
      return windows * blocks * SECTORS_PER_BLOCK;
    }

    int windowSectors() {
      return blocks * SECTORS_PER_BLOCK;
    }

    long sizeBytes() {
      return ((windows - 1) * stride + blocks) * 4096;
    }

    /// Where in the volume a sector of the model lies.
    long offsetOf(int sector) {
      int window = sector / windowSectors();
      return window * stride * 4096 + (long) (sector % windowSectors()) * SectorContent.BYTES;
    }
  }

  final List<Shape> shapes;
  final long latencyNsMax;
  private final TreeMap<Act, Integer> weights;
  private final int total;

  Mix(Map<Act, Integer> weights, long latencyNsMax, Shape... shapes) {
    this.weights = new TreeMap<>(weights);
    this.latencyNsMax = latencyNsMax;
    this.shapes = List.of(shapes);
    total = weights.values().stream().mapToInt(Integer::intValue).sum();
  }

  Act draw(SplittableRandom random) {
    int dice = random.nextInt(total);
    for (Map.Entry<Act, Integer> act : weights.entrySet()) {
      dice -= act.getValue();
      if (dice < 0) {
        return act.getKey();
      }
    }
    throw new AssertionError("the dice fall within the weights");
  }
}
