package io.ashlar.core.index;

import io.ashlar.core.base.Check;
import io.ashlar.core.format.EntryFlyweight;
import io.ashlar.core.format.PageCodec;
import io.ashlar.core.format.PointerFlyweight;
import io.ashlar.core.format.Sectors;
import java.nio.ByteBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/// The block index of one lane: which layer's which block lies where.
///
/// ## What the caller keeps to
///
/// - One thread. No call waits, none takes longer than about 100 µs (with `budget` as advised).
/// - Write ids of a block grow in the order of the calls, over checkpoints and replay as well. The
///   one exception is a relocation, which carries the id of what it moves.
/// - Everything is published in the order of the log. The log records that follow the position of
///   [#freeze] are replayed on the checkpoint that the freeze led to; catalogue calls ([#addLayer],
///   [#forkLayer], [#resizeLayer], [#removeLayer]) may then be repeats and do nothing.
/// - Changes to a layer that is not there (it was removed meanwhile) do nothing.
/// - [#hasRoom] is asked before a change is written to the log; changes that are replayed need not
///   ask: each costs what it cost before the crash, and that had room.
///
/// ## A checkpoint
///
/// [#freeze], then [#mergeStep] until [#isMerged], then write down: the layers ([#layerCount],
/// [#layer]), the reap list ([#reapCount], [#reapEntry]), what was carried over a damaged page
/// ([#carriedPoint], [#carriedRange]) and the ledger's tree counts, all at the same instant; when
/// that is durable, [#onCheckpointDurable]. Recovery: [#restoreLayer], [#restoreReap],
/// [#restoreCarriedPoint], [#restoreCarriedRange], the ledger's tree counts, then replay.
public final class BlockIndex {
  private final IndexOptions options;
  private final IndexStatistics statistics = new IndexStatistics();
  private final LayerTable layers;
  final DeltaTable delta;
  final PageCache cache;
  private final TreeWalk walk;
  private final LeafLookup leafLookup;
  private final RunFinder runFinder;
  private final ChangeFinder changeFinder;
  final IndexMerge merge;
  private final ReapList reapList;
  private final Reaper reaper;

  // Scratch of single calls.
  private final UnsafeBuffer oneBuffer =
      new UnsafeBuffer(ByteBuffer.allocateDirect(EntryFlyweight.BYTES));
  private final EntryFlyweight one = new EntryFlyweight();
  private final PointerFlyweight pointer = new PointerFlyweight();

  public BlockIndex(IndexOptions options, PageIo io, SpaceLedger ledger) {
    this.options = options;
    layers = new LayerTable(options.layersMax());
    delta = new DeltaTable(options, ledger, statistics);
    PageProof proof = new PageProof(layers, io);
    cache = new PageCache(options, io, proof, statistics);
    walk = new TreeWalk(cache, statistics);
    reapList = new ReapList(options);
    MergePorts ports = new MergePorts(cache, io, ledger, reapList, statistics);
    merge = new IndexMerge(options, layers, delta, walk, ports);
    reaper = new Reaper(reapList, cache, ledger, statistics);
    leafLookup = new LeafLookup(delta, walk, cache, layers);
    runFinder = new RunFinder(delta, walk, leafLookup);
    changeFinder = new ChangeFinder(delta, walk, leafLookup);
    one.wrap(oneBuffer, 0);
  }

  // Layers

  /// Adds an empty layer. A repeat does nothing.
  public void addLayer(int layer, long blocks) {
    if (layers.find(layer) == null) {
      layers.add(layer, Layer.NO_PARENT, blocks);
    }
  }

  /// Adds a layer as a checkpoint has it. Parents come before their children, as [#layer] gives
  /// them.
  ///
  /// @param root is copied
  public void restoreLayer(
      int layer, int parent, long blocks, int rootLevel, PointerFlyweight root) {
    Check.that(rootLevel >= 0 && rootLevel < IndexOptions.LEVELS_MAX, "root level", rootLevel);
    Check.that(Sectors.toBytes(root.units()) <= PageCodec.PAGE_BYTES, "root page", root.units());
    layers.add(layer, parent, blocks).root(rootLevel, root);
  }

  /// Adds a layer that begins with what `parent` holds now; nothing but relocations may change the
  /// parent from here on. A repeat does nothing.
  public void forkLayer(int parent, int child) {
    if (layers.find(child) == null) {
      Layer forked = layers.add(child, parent, layers.referenced(parent).blocks);
      forked.root(0, pointer.wrap(oneBuffer, 0).inherit(parent));
    }
  }

  /// Sets a layer's size. Where it shrinks, the tail must have been unmapped.
  public void resizeLayer(int layer, long blocks) {
    Layer resized = layers.get(layer);
    if (resized != null) {
      layers.resize(resized, blocks);
    }
  }

  /// Removes a layer that has no children; its tree goes to the reap list. A repeat does nothing.
  public void removeLayer(int layer) {
    Layer removed = layers.get(layer);
    if (removed == null) {
      return;
    }
    layers.remove(removed);
    if (!merge.isUnderWay()) {
      if (removed.ownsRoot()) {
        reapList.push(removed.id, removed.rootLevel, 0, removed.root);
      }
      layers.compact();
    }
  }

  public boolean hasLayer(int layer) {
    return layers.get(layer) != null;
  }

  /// How many layers there are.
  public int layerCount() {
    return layers.count();
  }

  /// Whether so many more layers fit.
  public boolean hasRoomForLayers(int more) {
    return more <= options.layersMax() - layers.count();
  }

  /// Whether other layers were forked from this one, so that it cannot be removed.
  public boolean hasChildren(int layer) {
    Layer found = layers.get(layer);
    return found != null && found.children > 0;
  }

  /// The layer's size; 0 if it is not there.
  public long blocks(int layer) {
    Layer found = layers.get(layer);
    return found == null ? 0 : found.blocks;
  }

  /// The highest write id of all that is in the layer's tree; 0 of an empty one.
  public long newestWriteId(int layer) {
    Layer found = layers.get(layer);
    return found == null ? 0 : found.root.writeId();
  }

  /// The `index`-th layer, parents before their children.
  public Layer layer(int index) {
    return layers.at(index);
  }

  // Changes

  /// Whether this many block changes and unmapped ranges fit before the next checkpoint is durable.
  /// A written or relocated block is one point; for an unmap see [#pointsOfUnmap],
  /// [#rangesOfUnmap].
  public boolean hasRoom(int points, int ranges) {
    return delta.hasRoom(points, ranges);
  }

  /// Whether this many can be put back or replayed, whatever they replace: what was published
  /// before a crash always can, with an index as large as it was then.
  public boolean hasRoomToReplay(int points, int ranges) {
    return delta.active.hasRoom(points, ranges);
  }

  /// The part of the delta table in use, in percent of what [#hasRoom] allows: when to freeze.
  public int fillPercent() {
    return delta.fillPercent();
  }

  /// Whether nothing was published since the last freeze.
  public boolean hasNoChanges() {
    return delta.active.publishedPoints + delta.active.publishedRanges == 0;
  }

  /// What an unmap of `count` blocks costs in points.
  public int pointsOfUnmap(long count) {
    return count < options.rangeBlocksMin() ? (int) count : 0;
  }

  /// What an unmap of `count` blocks costs in ranges.
  public int rangesOfUnmap(long count) {
    return count < options.rangeBlocksMin() ? 0 : 1;
  }

  /// Publishes a written block; `entry` is copied, and its owner must be `layer`.
  public void put(int layer, long lba, EntryFlyweight entry) {
    if (layers.get(layer) == null) {
      return;
    }
    Check.that(entry.owner() == layer, "a layer owns what is written to it", entry.owner(), layer);
    Check.that(entry.writeId() != 0, "a written block has a version", lba);
    delta.put(layer, lba, entry);
  }

  /// Publishes that blocks are unmapped, all as of `writeId`.
  public void unmap(int layer, long lba, long count, long writeId) {
    if (layers.get(layer) == null) {
      return;
    }
    Check.that(count > 0 && writeId != 0, "an unmap has blocks and a version", count);
    if (rangesOfUnmap(count) > 0) {
      delta.unmapRange(layer, lba, lba + count, writeId);
      return;
    }
    one.tombstone(layer, writeId);
    for (long block = lba; block < lba + count; block++) {
      delta.put(layer, block, one);
    }
  }

  /// Publishes that a block was moved, live or in replay: `moved` has the write id that the block
  /// had when it was read, and the new place. Does nothing if the block has another version by now.
  /// Where that cannot be told without reading its leaf, the move is kept unverified, and whoever
  /// has the leaf first decides.
  public void relocate(int layer, long lba, EntryFlyweight moved) {
    Layer in = layers.get(layer);
    if (in == null) {
      return;
    }
    Relocation verdict = delta.relocate(layer, lba, moved);
    if (verdict == Relocation.UNKNOWN) {
      verdict = leafLookup.askLeaf(in, lba, moved.writeId());
    }
    if (verdict == Relocation.VOID) {
      statistics.relocationsVoid++;
    } else {
      delta.keep(layer, lba, moved, verdict);
    }
  }

  // Questions

  /// Captures the entries of `count` blocks at one instant.
  ///
  /// @param count 1 to [EntryBatch#BLOCKS_MAX], within the layer
  /// @param out receives the entries if FOUND, the place if DAMAGED
  /// @param waiter is woken if PENDING
  public LookupResult lookup(int layer, long lba, int count, EntryBatch out, Waiter waiter) {
    Check.that(count >= 1 && count <= EntryBatch.BLOCKS_MAX, "blocks of a lookup", count);
    Layer in = present(layer);
    Check.that(lba >= 0 && count <= in.blocks - lba, "a lookup within the layer", lba, count);
    LookupResult result = LookupResult.FOUND;
    out.count = 0;
    for (int done = 0; done < count; ) {
      long leaf = (lba + done) / PageCodec.SLOTS;
      int from = (int) ((lba + done) % PageCodec.SLOTS);
      int to = Math.min(PageCodec.SLOTS, from + count - done);
      leafLookup.into(out.entries, done * EntryFlyweight.BYTES);
      LookupResult leafResult = leafLookup.find(in, leaf, from, to, waiter);
      if (leafResult == LookupResult.DAMAGED) {
        out.damage.set(leafLookup.damage);
      }
      // The loads of all leaves start before anybody waits for the first, and nobody is told of a
      // damage while the waiter still waits.
      if (leafResult != LookupResult.FOUND && result != LookupResult.PENDING) {
        result = leafResult;
      }
      done += to - from;
    }
    out.count = result == LookupResult.FOUND ? count : 0;
    return result;
  }

  /// Says whether the block at `lba` holds data, and how many from there on are alike. Unmapped
  /// subtrees are skipped as a whole. The run may end before its kind changes.
  public LookupResult mappedRun(int layer, long lba, long blocksMax, MappedRun out, Waiter waiter) {
    Layer in = present(layer);
    Check.that(
        lba >= 0 && blocksMax >= 1 && blocksMax <= in.blocks - lba,
        "a run within the layer",
        lba,
        blocksMax);
    return runFinder.find(in, lba, blocksMax, out, waiter);
  }

  /// Finds the first run of blocks in `[lba, end)` that are newer than a write id. What did not
  /// change is passed over as a whole. The run may end before its kind changes, and the search
  /// before it found anything: it goes on at [ChangedRun#end].
  public LookupResult changedRun(
      int layer, long lba, long end, long newerThan, ChangedRun out, Waiter waiter) {
    Layer in = present(layer);
    Check.that(lba >= 0 && lba < end && end <= in.blocks, "blocks of the layer", lba, end);
    return changeFinder.find(in, lba, end, newerThan, out, waiter);
  }

  /// Whether a stored block is what `lba` refers to now. DEAD if the layer is gone.
  ///
  /// @param stored the block as its record names it: write id, address and generation count
  public Liveness isLiveBlock(int layer, long lba, EntryFlyweight stored, Waiter waiter) {
    Layer in = layers.get(layer);
    if (in == null || lba >= in.blocks) {
      return Liveness.DEAD;
    }
    int slot = (int) (lba % PageCodec.SLOTS);
    leafLookup.into(oneBuffer, 0);
    LookupResult result = leafLookup.find(in, lba / PageCodec.SLOTS, slot, slot + 1, waiter);
    return switch (result) {
      case FOUND -> {
        boolean isLive =
            one.writeId() == stored.writeId()
                && one.owner() == layer
                && one.isAt(stored.address(), stored.generation());
        yield isLive ? Liveness.LIVE : Liveness.DEAD;
      }
      case PENDING -> Liveness.PENDING;
      case DAMAGED -> Liveness.DAMAGED;
    };
  }

  /// Whether a stored page is part of the layer's tree. While a merge is under way only LIVE is
  /// certain; everything else is PENDING until it ends.
  public Liveness isLivePage(
      int layer, int level, long page, long address, int generation, Waiter waiter) {
    Layer in = layers.get(layer);
    TreeWalk.Outcome outcome =
        in == null ? TreeWalk.Outcome.ABSENT : walk.findPointer(in, level, page, waiter);
    if (outcome == TreeWalk.Outcome.PENDING) {
      return Liveness.PENDING;
    }
    if (outcome == TreeWalk.Outcome.FOUND && walk.pointer.isAt(address, generation)) {
      return Liveness.LIVE;
    }
    if (merge.isUnderWay()) {
      // It may be a page that the merge wrote and no root knows yet.
      merge.awaitEnd(waiter);
      return Liveness.PENDING;
    }
    return outcome == TreeWalk.Outcome.DAMAGED ? Liveness.DAMAGED : Liveness.DEAD;
  }

  /// Has the next merge write the page anew, so that its present place dies.
  ///
  /// @return false if there is no room for more such before the next freeze
  public boolean dirtyPage(int layer, int level, long page) {
    return layers.get(layer) == null || delta.markDirty(layer, level, page);
  }

  /// Has the next merge write a page anew whose place on the device is damaged.
  ///
  /// @return false if the page is not in memory, so that there is nothing to write it from
  public boolean rewritePage(int layer, int level, long page) {
    Layer in = layers.get(layer);
    boolean isInMemory =
        in != null
            && walk.findPointer(in, level, page, null) == TreeWalk.Outcome.FOUND
            && cache.isReady(walk.pointer);
    return isInMemory && dirtyPage(layer, level, page);
  }

  // Checkpoint

  /// Ends a generation of the delta table: what was published so far goes into the tree by
  /// [#mergeStep], what follows is replayed after a crash. Only when no merge is under way and the
  /// last checkpoint is durable.
  public void freeze() {
    cache.forgetDamaged();
    merge.freeze();
  }

  /// Bytes that the coming checkpoint, and the rest of one under way, may write to pages: each
  /// changed leaf once, and what is above it.
  public long mergeBytesMax() {
    return merge.bytesMax() + merge.bytesMax(delta.active);
  }

  /// Of these, what the merge under way may still write.
  public long mergeBytesLeft() {
    return merge.bytesMax();
  }

  /// Does a piece of the merge.
  ///
  /// @param budget how many pieces of work to do at most; a page takes about three, and 16 take
  ///   less than 100 µs
  /// @return how much was done; 0 if it waits for a page, for the log or for the reaper
  public int mergeStep(int budget) {
    return merge.step(budget);
  }

  /// Whether the merge has ended: all roots have changed and a checkpoint may be written.
  public boolean isMerged() {
    return merge.state() == MergeState.MERGED;
  }

  /// The checkpoint is durable: its changes need no replay any more and make room.
  public void onCheckpointDurable() {
    merge.onCheckpointDurable();
  }

  /// How many block changes were carried over damaged pages and must be part of the checkpoint.
  public int carriedPoints() {
    return delta.active.carriedPoints();
  }

  /// Copies a carried block change.
  ///
  /// @param index below [#carriedPoints]
  public void carriedPoint(int index, CarriedPoint out) {
    delta.active.carriedPoint(index, out);
  }

  /// How many unmapped ranges were carried over damaged pages and must be part of the checkpoint.
  public int carriedRanges() {
    return delta.active.ranges.carriedPieces();
  }

  /// Copies a carried range.
  ///
  /// @param index below [#carriedRanges]
  public void carriedRange(int index, CarriedRange out) {
    delta.active.ranges.carriedPiece(index, out);
  }

  /// Puts back what [#carriedPoint] gave, after the layers and before replay.
  public void restoreCarriedPoint(CarriedPoint point) {
    int flags = point.isUnverified ? DeltaGeneration.UNVERIFIED : 0;
    delta.restore(point.layer, point.lba, point.entry, flags);
  }

  /// Puts back what [#carriedRange] gave, after the layers and before replay.
  public void restoreCarriedRange(CarriedRange range) {
    delta.unmapRange(range.layer, range.start, range.end, range.writeId);
  }

  // Reap list

  /// How many unlinked subtrees are not walked yet. The cleaner picks no victim unless it is 0.
  public int reapCount() {
    return reaper.count();
  }

  /// Copies an entry of the reap list.
  ///
  /// @param index below [#reapCount]
  public void reapEntry(int index, ReapEntry out) {
    reaper.get(index, out);
  }

  /// Whether so many more unlinked subtrees can be put back.
  public boolean hasRoomForReaps(int more) {
    return more <= options.reapMax() - reapList.size();
  }

  /// Puts back what [#reapEntry] gave.
  public void restoreReap(ReapEntry entry) {
    reapList.push(entry.layer, entry.level, entry.page, entry.pointer);
  }

  /// Walks some of the reap list.
  ///
  /// @param budget how many pages to finish at most; 8 take less than 100 µs
  /// @return how much was done; 0 if it waits for pages or is empty
  public int reapStep(int budget) {
    return reaper.step(budget);
  }

  // The rest

  /// Wakes who found no frame or no room in the device's queue. To be called on every turn.
  ///
  /// @return how many were woken
  public int doWork() {
    return cache.wakeStarved();
  }

  /// Forgets which pages are damaged, so that they are read once more: after a repair, or now and
  /// then. [#freeze] does so too.
  public void retryDamaged() {
    cache.forgetDamaged();
  }

  public IndexStatistics statistics() {
    return statistics;
  }

  /// All memory that the index holds, in bytes; it does not change.
  public long memoryBytes() {
    return options.memoryBytes();
  }

  private Layer present(int layer) {
    Layer found = layers.get(layer);
    if (found == null) {
      throw new IllegalArgumentException("layer " + layer + " does not exist");
    }
    return found;
  }
}
