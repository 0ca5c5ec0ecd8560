package io.ashlar.core.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ashlar.core.base.CheckFailedException;
import io.ashlar.core.format.EntryFlyweight;
import io.ashlar.core.format.PointerFlyweight;
import io.ashlar.core.index.IndexWorld.Block;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class BlockIndexTest {
  private static final int LAYER = 1;
  private static final long TEBIBYTE = 1L << 28;

  private final IndexWorld world = new IndexWorld(3, IndexWorld.tinyOptions());
  private final IndexWorld.Recall recall = new IndexWorld.Recall();

  private Block block(long lba) {
    return Objects.requireNonNull(world.layer(LAYER).blocks.get(lba));
  }

  /// A block with bytes on the device.
  private Block putStored(long lba) {
    do {
      world.put(LAYER, lba, 1);
    } while (block(lba).units() == 0);
    return block(lba);
  }

  private Liveness liveness(Block block, long lba) {
    EntryFlyweight stored = IndexWorld.entryOf(block);
    Liveness liveness = world.index.isLiveBlock(LAYER, lba, stored, recall);
    while (liveness == Liveness.PENDING) {
      world.io.completeOne();
      liveness = world.index.isLiveBlock(LAYER, lba, stored, recall);
    }
    return liveness;
  }

  @Test
  void shouldTellLiveBlocksFromDeadOnes() {
    world.addLayer(LAYER, 1000);
    Block first = putStored(7);
    assertThat(liveness(first, 7)).isEqualTo(Liveness.LIVE);
    world.checkpoint();
    world.crash();
    assertThat(liveness(first, 7)).isEqualTo(Liveness.LIVE);
    assertThat(liveness(first, 8)).isEqualTo(Liveness.DEAD);
    assertThat(liveness(first, 5000)).as("beyond the layer").isEqualTo(Liveness.DEAD);
    Block second = putStored(7);
    assertThat(liveness(first, 7)).isEqualTo(Liveness.DEAD);
    assertThat(liveness(second, 7)).isEqualTo(Liveness.LIVE);
    world.remove(LAYER);
    assertThat(liveness(second, 7)).isEqualTo(Liveness.DEAD);
  }

  @Test
  void shouldFindARelocationAgainThoughItsBlockWasMergedBeforeTheCrash() {
    world.addLayer(LAYER, 1000);
    Block seen = putStored(7);
    world.checkpoint();
    world.relocate(LAYER, 7, seen);
    world.crash();
    world.compareAll();
    assertThat(liveness(seen, 7)).isEqualTo(Liveness.DEAD);
    assertThat(liveness(block(7), 7)).isEqualTo(Liveness.LIVE);
  }

  @Test
  void shouldIgnoreARelocationAfterACrashIfTheBlockWasUnmappedAndMergedBefore() {
    world.addLayer(LAYER, 1000);
    Block seen = putStored(7);
    world.unmap(LAYER, 7, 1);
    world.checkpoint();
    world.relocate(LAYER, 7, seen);
    world.crash();
    assertThat(world.lookup(LAYER, 7, 1)).isEqualTo(1);
    assertThat(world.ledger.delta).as("the copy is garbage").isEmpty();
    assertThat(world.index.statistics().relocationsVoid()).isEqualTo(1);
  }

  @Test
  void shouldDecideAboutRelocationsWhenMergingIfNobodyAskedBefore() {
    world.addLayer(LAYER, 1000);
    Block kept = putStored(7);
    Block overwritten = putStored(300);
    world.put(LAYER, 300, 1);
    world.checkpoint();
    world.crash();
    world.relocate(LAYER, 7, kept);
    world.relocate(LAYER, 300, overwritten);
    world.checkpoint();
    world.compareAll();
    world.audit();
    assertThat(world.ledger.delta).isEmpty();
  }

  @Test
  void shouldSkipWhatIsUnmappedInBigSteps() {
    world.addLayer(LAYER, TEBIBYTE);
    world.put(LAYER, 100_000_000, 3);
    world.checkpoint();
    MappedRun run = new MappedRun();
    int calls = 0;
    long mapped = 0;
    for (long lba = 0; lba < TEBIBYTE; lba += run.blocks()) {
      while (world.index.mappedRun(LAYER, lba, TEBIBYTE - lba, run, recall)
          == LookupResult.PENDING) {
        world.io.completeOne();
      }
      mapped += run.isMapped() ? run.blocks() : 0;
      calls++;
    }
    assertThat(mapped).isEqualTo(3);
    assertThat(calls).isLessThan(20);
  }

  @Test
  void shouldPassOverWhatDidNotChangeWithoutReadingIt() {
    world.addLayer(LAYER, TEBIBYTE);
    for (int some = 0; some < 50; some++) {
      world.put(LAYER, some * 5_000_000L, 3);
    }
    world.checkpoint();
    long common = world.index.newestWriteId(LAYER);
    world.put(LAYER, 100_000_000, 2);
    world.unmap(LAYER, 120_000_000, 60_000_000);
    world.checkpoint();
    world.put(LAYER, 200_000_001, 1);
    ChangedRun run = new ChangedRun();
    List<String> found = new ArrayList<>();
    int loads = world.io.loads;
    for (long lba = 0; lba < TEBIBYTE; lba = run.end()) {
      while (world.index.changedRun(LAYER, lba, TEBIBYTE, common, run, recall)
          == LookupResult.PENDING) {
        world.io.completeOne();
      }
      boolean isUnmapped = run.kind() == ChangedRun.Kind.UNMAPPED;
      if (run.kind() != ChangedRun.Kind.UNCHANGED && !isUnmapped) {
        found.add(run.start() + "-" + run.end());
      }
      if (isUnmapped) {
        assertThat(run.start()).isGreaterThanOrEqualTo(120_000_000);
        assertThat(run.end()).isLessThanOrEqualTo(180_000_000);
      }
    }
    assertThat(found).containsExactly("100000000-100000002", "200000001-200000002");
    assertThat(world.io.loads - loads).as("pages read").isLessThan(30);
  }

  @Test
  void shouldUnmapATebibyteWithoutAPage() {
    world.addLayer(LAYER, TEBIBYTE);
    for (int some = 0; some < 20; some++) {
      world.put(LAYER, some * 13_000_000L, 3);
    }
    world.checkpoint();
    world.unmap(LAYER, 0, TEBIBYTE);
    int before = world.io.appended;
    world.checkpoint();
    assertThat(world.io.appended).isEqualTo(before);
    assertThat(world.index.layer(0).root().isTombstone()).isTrue();
    assertThat(world.index.reapCount()).isPositive();
    world.reapAll();
    world.audit();
    assertThat(world.ledger.tree).isEmpty();
    world.put(LAYER, TEBIBYTE - 1, 1);
    world.checkpoint();
    world.compareAll();
  }

  @Test
  void shouldWriteADirtyPageAnew() {
    world.addLayer(LAYER, 128 * 128 * 3);
    world.put(LAYER, 0, 1);
    world.put(LAYER, 128 * 128, 1);
    world.checkpoint();
    for (int level = 0; level < 3; level++) {
      long before = pointerOf(level).address();
      int generation = pointerOf(level).generation();
      assertThat(world.index.isLivePage(LAYER, level, 0, before, generation, recall))
          .isEqualTo(Liveness.LIVE);
      assertThat(world.index.dirtyPage(LAYER, level, 0)).isTrue();
      world.freeze();
      assertThat(world.index.isLivePage(LAYER, level, 0, before + 1, generation, recall))
          .as("a page not in the tree may be one of the merge")
          .isEqualTo(Liveness.PENDING);
      world.checkpoint();
      assertThat(recall.isWaiting()).isFalse();
      assertThat(pointerOf(level).address()).isNotEqualTo(before);
      assertThat(world.index.isLivePage(LAYER, level, 0, before, generation, recall))
          .isEqualTo(Liveness.DEAD);
    }
    world.compareAll();
    world.audit();
    assertThat(world.index.isLivePage(99, 0, 0, 1, 1, recall)).isEqualTo(Liveness.DEAD);
    assertThat(world.index.dirtyPage(99, 0, 0)).as("nothing to do").isTrue();
    for (int page = 0; page < 4; page++) {
      assertThat(world.index.dirtyPage(LAYER, 0, page)).isTrue();
    }
    assertThat(world.index.dirtyPage(LAYER, 0, 0)).as("bounded").isFalse();
  }

  private PointerFlyweight pointerOf(int level) {
    TreeWalk walk = new TreeWalk(world.index.cache, world.index.statistics());
    while (walk.findPointer(world.index.layer(0), level, 0, recall) != TreeWalk.Outcome.FOUND) {
      world.io.completeOne();
    }
    return walk.pointer;
  }

  @Test
  void shouldRefuseWhatAReplayCouldNotHold() {
    world.addLayer(LAYER, 1000);
    assertThat(world.index.hasRoom(512, 8)).isTrue();
    assertThat(world.index.hasRoom(513, 0)).isFalse();
    assertThat(world.index.hasRoom(0, 9)).isFalse();
    for (int same = 0; same < 256; same++) {
      world.put(LAYER, 0, 1);
    }
    assertThat(world.index.fillPercent()).isEqualTo(50);
    world.freeze();
    assertThat(world.index.hasRoom(257, 0)).as("the frozen ones would be replayed").isFalse();
    while (!world.index.isMerged()) {
      world.mergeSome();
    }
    assertThat(world.index.hasRoom(257, 0)).as("the checkpoint is not durable").isFalse();
    world.endCheckpoint();
    assertThat(world.index.hasRoom(512, 8)).isTrue();
    assertThat(world.index.pointsOfUnmap(15)).isEqualTo(15);
    assertThat(world.index.rangesOfUnmap(15)).isZero();
    assertThat(world.index.pointsOfUnmap(16)).isZero();
    assertThat(world.index.rangesOfUnmap(16)).isEqualTo(1);
  }

  @Test
  void shouldIgnoreRepeatsAndChangesToLayersThatAreGone() {
    world.addLayer(LAYER, 1000);
    world.index.addLayer(LAYER, 5);
    assertThat(world.index.layer(0).blocks()).isEqualTo(1000);
    world.fork(LAYER, 2);
    world.index.forkLayer(LAYER, 2);
    assertThat(world.index.layerCount()).isEqualTo(2);
    assertThat(world.index.layer(1).parent()).isEqualTo(LAYER);
    assertThatThrownBy(() -> world.index.removeLayer(LAYER))
        .isInstanceOf(CheckFailedException.class);
    world.index.removeLayer(77);
    world.index.resizeLayer(77, 5);
    world.index.unmap(77, 0, 1, 1);
    world.index.put(77, 0, IndexWorld.entryOf(new Block(9, 77, 1, 1)));
    world.index.relocate(77, 0, IndexWorld.entryOf(new Block(9, 77, 1, 1)));
    assertThat(world.ledger.delta).isEmpty();
    assertThat(world.index.hasLayer(77)).isFalse();
    assertThat(world.index.hasLayer(2)).isTrue();
    EntryBatch batch = new EntryBatch();
    assertThatThrownBy(() -> world.index.lookup(77, 0, 1, batch, recall))
        .hasMessageContaining("layer 77");
    assertThatThrownBy(() -> world.index.lookup(LAYER, 1000, 1, batch, recall))
        .hasMessageContaining("within the layer");
  }

  @Test
  void shouldRemoveALayerInTheMiddleOfItsMerge() {
    world.addLayer(LAYER, 128 * 128 * 3);
    world.addLayer(2, 1000);
    for (int leaf = 0; leaf < 40; leaf++) {
      world.put(LAYER, leaf * 1000L, 2);
    }
    world.put(2, 5, 3);
    world.checkpoint();
    for (int leaf = 0; leaf < 40; leaf++) {
      world.put(LAYER, leaf * 1000L, 1);
    }
    int before = world.io.appended;
    world.freeze();
    while (world.io.appended < before + 5) {
      world.mergeSome();
    }
    world.remove(LAYER);
    assertThat(world.index.hasLayer(LAYER)).isFalse();
    world.checkpoint();
    assertThat(world.index.layerCount()).isEqualTo(1);
    world.audit();
    world.reapAll();
    world.audit();
    world.compareAll();
    assertThat(world.ledger.delta).isEmpty();
  }

  @Test
  void shouldAllocateNothingOnceItRuns() {
    world.addLayer(LAYER, 1000);
    world.put(LAYER, 0, 200);
    world.checkpoint();
    world.lookup(LAYER, 0, 200);
    EntryBatch batch = new EntryBatch();
    EntryFlyweight entry = IndexWorld.entryOf(new Block(1L << 40, LAYER, 77, 3));
    SpaceLedger blind = new BlindLedger();
    IndexOptions options = IndexOptions.forBudget(64 << 20, 512);
    BlockIndex index = new BlockIndex(options, world.io, blind);
    index.addLayer(LAYER, 100_000);
    var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    long allocated = 0;
    for (int round = 0; round < 20; round++) {
      long before = threads.getCurrentThreadAllocatedBytes();
      for (int lba = 0; lba < 1000; lba++) {
        index.put(LAYER, lba * 17L, entry);
        index.unmap(LAYER, lba * 17L + 1, 2, 1L << 41);
        index.relocate(LAYER, lba * 17L, entry);
        index.lookup(LAYER, lba, 32, batch, recall);
      }
      allocated = threads.getCurrentThreadAllocatedBytes() - before;
    }
    assertThat(allocated).as("bytes in the last round").isLessThan(1000);
  }

  private static final class BlindLedger implements SpaceLedger {
    @Override
    public void treeAdded(long address, int generation, int units) {}

    @Override
    public void treeRemoved(long address, int generation, int units) {}

    @Override
    public void deltaAdded(long address, int generation, int units) {}

    @Override
    public void deltaRemoved(long address, int generation, int units) {}
  }

  @Test
  void shouldStayWithinItsBudget() {
    for (long budget = 8L << 20; budget <= 1L << 30; budget *= 2) {
      IndexOptions options = IndexOptions.forBudget(budget, 4096);
      assertThat(options.memoryBytes()).isBetween(budget * 9 / 10, budget);
    }
    assertThatThrownBy(() -> IndexOptions.forBudget(4 << 20, 512))
        .hasMessageContaining("at least 8 MiB");
  }
}
