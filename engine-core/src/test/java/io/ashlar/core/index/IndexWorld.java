package io.ashlar.core.index;

import static org.assertj.core.api.Assertions.assertThat;

import io.ashlar.core.format.EntryFlyweight;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.agrona.concurrent.UnsafeBuffer;

/// An index on a fake device, with a model beside it that every operation goes to as well, the log
/// since the last durable checkpoint, and crashes.
final class IndexWorld {
  /// What the model knows of a block.
  record Block(long writeId, int owner, long address, int units) {
    boolean isMapped() {
      return units >= 0;
    }
  }

  /// A layer of the model.
  static final class ModelLayer {
    final TreeMap<Long, Block> blocks = new TreeMap<>();
    final int parent;
    long size;
    int children;

    ModelLayer(int parent, long size) {
      this.parent = parent;
      this.size = size;
    }
  }

  /// Knows that it was woken.
  static final class Recall extends Waiter {
    int woken;

    @Override
    public void onIndexProgress() {
      woken++;
    }
  }

  static final int DAMAGED = -1;

  final Random random;
  final FakePageIo io;
  final Map<Integer, ModelLayer> model = new HashMap<>();
  CountingLedger ledger = new CountingLedger();
  BlockIndex index;

  private final IndexOptions options;
  private final List<Consumer<BlockIndex>> log = new ArrayList<>();
  private CheckpointImage durable;
  private int freezeAt;
  private long nextWriteId = 1;
  private final EntryBatch batch = new EntryBatch();
  private final EntryFlyweight entry = new EntryFlyweight();
  private final Recall recall = new Recall();

  IndexWorld(long seed, IndexOptions options) {
    random = new Random(seed);
    io = new FakePageIo(random);
    this.options = options;
    index = new BlockIndex(options, io, ledger);
    durable = new CheckpointImage(index, ledger);
  }

  /// Frames for what must be in flight and no more.
  static IndexOptions tinyOptions() {
    return tinyOptions(6000);
  }

  static IndexOptions tinyOptions(int reapMax) {
    return new IndexOptions(28, 512, 8, 4, 16, 4, reapMax, 16, FakePageIo.SECTOR_BYTES);
  }

  ModelLayer layer(int id) {
    return Objects.requireNonNull(model.get(id));
  }

  private void publish(Consumer<BlockIndex> operation) {
    log.add(operation);
    operation.accept(index);
  }

  // Layers

  void addLayer(int layer, long size) {
    model.put(layer, new ModelLayer(Layer.NO_PARENT, size));
    publish(to -> to.addLayer(layer, size));
  }

  void fork(int parent, int child) {
    ModelLayer from = layer(parent);
    ModelLayer forked = new ModelLayer(parent, from.size);
    forked.blocks.putAll(from.blocks);
    from.children++;
    model.put(child, forked);
    publish(to -> to.forkLayer(parent, child));
  }

  void remove(int layer) {
    ModelLayer removed = layer(layer);
    model.remove(layer);
    if (removed.parent != Layer.NO_PARENT) {
      layer(removed.parent).children--;
    }
    publish(to -> to.removeLayer(layer));
  }

  void resize(int layer, long size) {
    ModelLayer resized = layer(layer);
    if (size < resized.size) {
      unmap(layer, size, resized.size - size);
    }
    resized.size = size;
    publish(to -> to.resizeLayer(layer, size));
  }

  // Blocks

  void put(int layer, long lba, int count) {
    if (!makeRoom(count, 0)) {
      return;
    }
    for (int index = 0; index < count; index++) {
      int units = random.nextInt(9);
      Block block = new Block(nextWriteId++, layer, units == 0 ? 0 : io.allocate(units), units);
      layer(layer).blocks.put(lba + index, block);
      publishPut(layer, lba + index, block);
    }
  }

  private void publishPut(int layer, long lba, Block block) {
    publish(to -> to.put(layer, lba, entryOf(block)));
  }

  void unmap(int layer, long lba, long count) {
    if (!makeRoom(index.pointsOfUnmap(count), index.rangesOfUnmap(count))) {
      return;
    }
    long writeId = nextWriteId++;
    TreeMap<Long, Block> blocks = layer(layer).blocks;
    Block tombstone = new Block(writeId, layer, 0, -1);
    blocks.subMap(lba, lba + count).replaceAll((at, block) -> tombstone);
    publish(to -> to.unmap(layer, lba, count, writeId));
  }

  /// Moves a block in the layer that owns it.
  void relocate(int layer, long lba, Block seen) {
    if (!makeRoom(1, 0)) {
      return;
    }
    Block moved = new Block(seen.writeId, seen.owner, io.allocate(seen.units), seen.units);
    Block present = layer(layer).blocks.get(lba);
    if (present != null && present.writeId == seen.writeId) {
      layer(layer).blocks.put(lba, moved);
    }
    publish(to -> to.relocate(layer, lba, entryOf(moved)));
  }

  static EntryFlyweight entryOf(Block block) {
    EntryFlyweight made = new EntryFlyweight().wrap(new UnsafeBuffer(new byte[32]), 0);
    int codec = block.units == 0 ? 2 : 1;
    made.clear().identity(block.owner, block.writeId).content(codec, block.units * 512, 0, 0);
    return block.units == 0
        ? made
        : made.place(block.address, block.units, FakePageIo.generationOf(block.address));
  }

  /// Checkpoints until there is room. What is carried over damaged pages may take all of it.
  private boolean makeRoom(int points, int ranges) {
    for (int round = 0; !index.hasRoom(points, ranges); round++) {
      if (round == 4) {
        assertThat(io.unreadable).as("nothing but damage takes the room for good").isNotEmpty();
        return false;
      }
      checkpoint();
    }
    return true;
  }

  // Checkpoints and crashes

  void freeze() {
    freezeAt = log.size();
    index.freeze();
  }

  /// Ends the checkpoint that is under way, or a new one.
  void checkpoint() {
    if (index.merge.state() == MergeState.IDLE) {
      freeze();
    }
    for (int step = 0; !index.isMerged(); step++) {
      assertThat(step).as("steps of a merge").isLessThan(1_000_000);
      mergeSome();
    }
    endCheckpoint();
  }

  void mergeSome() {
    index.mergeStep(1 + random.nextInt(8));
    pump();
  }

  /// The checkpoint becomes durable.
  void endCheckpoint() {
    durable = new CheckpointImage(index, ledger);
    log.subList(0, freezeAt).clear();
    freezeAt = 0;
    index.onCheckpointDurable();
  }

  /// Everything in memory is gone; the durable checkpoint and the log after it are not.
  void crash() {
    io.crash();
    ledger = new CountingLedger();
    index = new BlockIndex(options, io, ledger);
    durable.restore(index, ledger);
    log.forEach(operation -> operation.accept(index));
    freezeAt = 0;
  }

  void pump() {
    if (random.nextBoolean()) {
      io.completeOne();
    }
    index.doWork();
    if (io.unreadable.isEmpty() && random.nextInt(4) == 0) {
      index.reapStep(1 + random.nextInt(4));
    }
  }

  void reapAll() {
    for (int step = 0; index.reapCount() > 0; step++) {
      assertThat(step).as("steps of the reaper").isLessThan(1_000_000);
      index.reapStep(8);
      pump();
    }
  }

  void audit() {
    if (!index.merge.isUnderWay()) {
      TreeAudit.check(index, io, ledger);
    }
  }

  // Lookups

  /// Looks blocks up and compares; returns how many, or [#DAMAGED].
  int lookup(int layer, long lba, int count) {
    LookupResult result = index.lookup(layer, lba, count, batch, recall);
    for (int step = 0; result == LookupResult.PENDING; step++) {
      assertThat(step).as("steps of a lookup").isLessThan(100_000);
      assertThat(recall.isWaiting()).isTrue();
      while (recall.isWaiting()) {
        io.completeOne();
        index.doWork();
      }
      result = index.lookup(layer, lba, count, batch, recall);
    }
    if (result == LookupResult.DAMAGED) {
      return DAMAGED;
    }
    for (int at = 0; at < count; at++) {
      compare(layer, lba + at, batch.entry(at, entry));
    }
    return count;
  }

  private void compare(int layer, long lba, EntryFlyweight found) {
    Block expected = layer(layer).blocks.get(lba);
    String where = "layer " + layer + " block " + lba;
    if (expected == null || !expected.isMapped()) {
      assertThat(found.isMapped()).as(where).isFalse();
      return;
    }
    assertThat(found.isMapped()).as(where).isTrue();
    assertThat(found.writeId()).as(where).isEqualTo(expected.writeId);
    assertThat(found.owner()).as(where).isEqualTo(expected.owner);
    if (expected.owner == layer && expected.units > 0) {
      assertThat(found.isAt(expected.address, FakePageIo.generationOf(expected.address)))
          .as(where)
          .isTrue();
      assertThat(found.units()).as(where).isEqualTo(expected.units);
    }
  }

  /// Compares everything that the model knows and what lies around it.
  void compareAll() {
    for (Map.Entry<Integer, ModelLayer> layer : model.entrySet()) {
      long size = layer.getValue().size;
      long next = 0;
      for (long lba : layer.getValue().blocks.keySet()) {
        if (lba >= next && lba < size) {
          int count = (int) Math.min(64, size - lba);
          assertThat(lookup(layer.getKey(), lba, count)).isEqualTo(count);
          next = lba + count;
        }
      }
      compareRuns(layer.getKey(), size);
      compareChanges(layer.getKey(), size, random.nextLong(nextWriteId));
    }
  }

  /// Walks the whole layer by mapped runs: their mapped blocks are the model's.
  private void compareRuns(int layer, long size) {
    MappedRun run = new MappedRun();
    TreeMap<Long, Block> blocks = layer(layer).blocks;
    for (long lba = 0; lba < size; lba += run.blocks()) {
      while (index.mappedRun(layer, lba, size - lba, run, recall) == LookupResult.PENDING) {
        while (recall.isWaiting()) {
          io.completeOne();
          index.doWork();
        }
      }
      long mapped =
          blocks.subMap(lba, lba + run.blocks()).values().stream().filter(Block::isMapped).count();
      assertThat(run.blocks()).isBetween(1L, size - lba);
      assertThat(mapped)
          .as("layer %s blocks %s + %s", layer, lba, run.blocks())
          .isEqualTo(run.isMapped() ? run.blocks() : 0);
    }
  }

  /// Walks the whole layer by runs of what is newer than a write id: what the model says of each of
  /// its blocks.
  private void compareChanges(int layer, long size, long since) {
    ChangedRun run = new ChangedRun();
    TreeMap<Long, Block> blocks = layer(layer).blocks;
    for (long lba = 0; lba < size; lba = run.end()) {
      while (index.changedRun(layer, lba, size, since, run, recall) == LookupResult.PENDING) {
        while (recall.isWaiting()) {
          io.completeOne();
          index.doWork();
        }
      }
      String where = "newer than %d in layer %d from %d".formatted(since, layer, lba);
      assertThat(run.end()).as(where).isBetween(lba + 1, size);
      boolean isChanged = run.kind() != ChangedRun.Kind.UNCHANGED;
      long unchangedEnd = isChanged ? run.start() : run.end();
      assertThat(blocks.subMap(lba, unchangedEnd).values())
          .as(where)
          .allMatch(block -> block.writeId <= since);
      if (isChanged) {
        assertThat(blocks.subMap(run.start(), run.end()).values())
            .as(where)
            .allMatch(block ->
                run.kind() == ChangedRun.Kind.UNMAPPED ? !block.isMapped() : block.writeId > since);
      }
      if (run.kind() == ChangedRun.Kind.BLOCKS) {
        assertThat(run.end()).as(where).isLessThanOrEqualTo((run.start() / 128 + 1) * 128);
      }
    }
  }
}
