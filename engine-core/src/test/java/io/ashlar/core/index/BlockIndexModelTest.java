package io.ashlar.core.index;

import static org.assertj.core.api.Assertions.assertThat;

import io.ashlar.core.index.IndexWorld.Block;
import io.ashlar.core.index.IndexWorld.ModelLayer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Random operations on a tiny index against a model: merges, evictions, forks, removals, crashes
/// and damaged pages come in between. A failing seed is the parameter that the report names.
class BlockIndexModelTest {
  private static final int LAYERS_MAX = 8;
  private static final long BLOCKS = 128 * 128 * 2 + 77;

  private int nextLayer = 1;

  static long[] seeds() {
    long[] seeds = new long[Integer.getInteger("ashlar.index.seeds", 60)];
    for (int seed = 0; seed < seeds.length; seed++) {
      seeds[seed] = seed;
    }
    return seeds;
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void shouldAnswerLikeTheModel(long seed) {
    int reapMax = IndexOptions.REAP_RESERVE + 16 + 128;
    IndexWorld world = new IndexWorld(seed, IndexWorld.tinyOptions(reapMax));
    world.io.refusedPercent = world.random.nextInt(3) * 15;
    run(world, 600);
    finish(world);
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void shouldLoseNothingWhenPagesAreDamagedForAWhile(long seed) {
    IndexWorld world = new IndexWorld(seed, IndexWorld.tinyOptions());
    run(world, 200);
    world.reapAll();
    List<Long> stored = new ArrayList<>(world.io.pages.keySet());
    for (long address : stored) {
      if (world.random.nextInt(3) == 0) {
        world.io.unreadable.add(address);
      }
    }
    if (world.random.nextBoolean()) {
      world.crash();
    }
    for (int round = 0; round < 3; round++) {
      changeSome(world);
      // What is carried over a damaged page may have changed since the freeze.
      if (world.index.merge.state() == MergeState.IDLE) {
        world.freeze();
      }
      changeSome(world);
      if (world.index.merge.state() != MergeState.IDLE) {
        world.checkpoint();
      }
      if (world.random.nextInt(3) == 0) {
        world.crash();
      }
      world.audit();
    }
    world.io.unreadable.clear();
    world.index.retryDamaged();
    world.audit();
    finish(world);
  }

  private void changeSome(IndexWorld world) {
    for (int step = world.random.nextInt(12); step > 0; step--) {
      change(world);
      world.audit();
    }
  }

  private void finish(IndexWorld world) {
    world.compareAll();
    world.audit();
    world.checkpoint();
    world.compareAll();
    world.audit();
    world.crash();
    world.compareAll();
    world.checkpoint();
    world.reapAll();
    world.audit();
    assertThat(world.ledger.delta).isEmpty();
    world.compareAll();
  }

  private void run(IndexWorld world, int steps) {
    for (int step = 0; step < steps; step++) {
      int dice = world.random.nextInt(100);
      if (dice < 45 || world.model.isEmpty()) {
        change(world);
      } else if (dice < 65) {
        look(world);
      } else if (dice < 92) {
        checkpointSome(world);
      } else if (dice < 94) {
        world.crash();
      } else {
        world.pump();
      }
      if (step % 20 == 0) {
        world.audit();
      }
    }
  }

  private void checkpointSome(IndexWorld world) {
    switch (world.index.merge.state()) {
      case IDLE -> {
        if (world.random.nextInt(8) == 0) {
          world.freeze();
        }
      }
      case ORDERING, MERGING -> {
        for (int some = world.random.nextInt(20); some > 0 && !world.index.isMerged(); some--) {
          world.mergeSome();
        }
      }
      case MERGED -> {
        world.audit();
        world.endCheckpoint();
      }
    }
  }

  private void change(IndexWorld world) {
    Random random = world.random;
    int layer = pick(world);
    int dice = random.nextInt(100);
    ModelLayer chosen = world.model.get(layer);
    if (chosen == null || (dice < 3 && world.model.size() < LAYERS_MAX)) {
      world.addLayer(nextLayer++, 1 + (long) (random.nextDouble() * BLOCKS));
    } else if (dice < 7 && world.model.size() < LAYERS_MAX) {
      world.fork(layer, nextLayer++);
    } else if (dice < 9 && chosen.children == 0) {
      world.remove(layer);
    } else if (dice < 11) {
      world.index.dirtyPage(layer, random.nextInt(3), random.nextInt(3));
    } else if (dice < 35) {
      relocateSome(world, layer, chosen);
    } else if (chosen.children == 0) {
      changeBlocks(world, layer, chosen, dice);
    }
  }

  private void changeBlocks(IndexWorld world, int layer, ModelLayer chosen, int dice) {
    Random random = world.random;
    long lba = block(random, chosen.size);
    if (dice < 75) {
      world.put(layer, lba, (int) Math.min(1 + random.nextInt(40), chosen.size - lba));
    } else if (dice < 85) {
      world.unmap(layer, lba, Math.min(1 + random.nextInt(20), chosen.size - lba));
    } else if (dice < 95) {
      long most = random.nextBoolean() ? 300 : BLOCKS;
      world.unmap(layer, lba, Math.min(1 + random.nextLong(most), chosen.size - lba));
    } else if (dice < 97) {
      world.unmap(layer, 0, chosen.size);
    } else {
      world.resize(layer, 1 + random.nextLong(BLOCKS));
    }
  }

  private void relocateSome(IndexWorld world, int layer, ModelLayer chosen) {
    Map.Entry<Long, Block> at = chosen.blocks.ceilingEntry(block(world.random, chosen.size));
    if (at == null || at.getValue().owner() != layer || at.getValue().units() <= 0) {
      return;
    }
    Block seen = at.getValue();
    boolean isOverwrittenMeanwhile = world.random.nextInt(3) == 0 && chosen.children == 0;
    if (isOverwrittenMeanwhile && at.getKey() < chosen.size) {
      if (world.random.nextBoolean()) {
        world.put(layer, at.getKey(), 1);
      } else {
        world.unmap(layer, at.getKey(), 1);
      }
    }
    world.relocate(layer, at.getKey(), seen);
  }

  private static long block(Random random, long size) {
    // A few hot leaves, far apart, and the rest now and then.
    long lba =
        switch (random.nextInt(4)) {
          case 0 -> random.nextInt(300);
          case 1 -> 128 * 128 - 64 + random.nextInt(128);
          case 2 -> 5000 + random.nextInt(128);
          default -> random.nextLong(size);
        };
    return Math.min(lba, size - 1);
  }

  private static int pick(IndexWorld world) {
    List<Integer> ids = new ArrayList<>(new TreeMap<>(world.model).keySet());
    return ids.isEmpty() ? 0 : ids.get(world.random.nextInt(ids.size()));
  }

  private void look(IndexWorld world) {
    int layer = pick(world);
    ModelLayer chosen = world.layer(layer);
    long lba = block(world.random, chosen.size);
    int most = world.random.nextBoolean() ? 8 : EntryBatch.BLOCKS_MAX;
    world.lookup(layer, lba, (int) Math.min(1 + world.random.nextInt(most), chosen.size - lba));
  }
}
