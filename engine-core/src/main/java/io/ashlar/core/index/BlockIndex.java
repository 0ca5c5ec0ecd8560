package io.ashlar.core.index;

import io.ashlar.core.format.EntryFlyweight;
import io.ashlar.core.format.PointerFlyweight;

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
@SuppressWarnings("DoNotCallSuggester") // goes with the bodies
public final class BlockIndex {
  public BlockIndex(IndexOptions options, PageIo io, SpaceLedger ledger) {
    throw new UnsupportedOperationException("not landed yet");
  }

  // Layers

  /// Adds an empty layer. A repeat does nothing.
  public void addLayer(int layer, long blocks) {
    throw new UnsupportedOperationException("not landed yet");
  }

  /// Adds a layer as a checkpoint has it. Parents come before their children, as [#layer] gives
  /// them.
  ///
  /// @param root is copied
  public void restoreLayer(
      int layer, int parent, long blocks, int rootLevel, PointerFlyweight root) {
    throw new UnsupportedOperationException("not landed yet");
  }

  /// Adds a layer that begins with what `parent` holds now; nothing but relocations may change the
  /// parent from here on. A repeat does nothing.
  public void forkLayer(int parent, int child) {
    throw new UnsupportedOperationException("not landed yet");
  }

  /// Sets a layer's size. Where it shrinks, the tail must have been unmapped.
  public void resizeLayer(int layer, long blocks) {
    throw new UnsupportedOperationException("not landed yet");
  }

  /// Removes a layer that has no children; its tree goes to the reap list. A repeat does nothing.
  public void removeLayer(int layer) {
    throw new UnsupportedOperationException("not landed yet");
  }

  public boolean hasLayer(int layer) {
    throw new UnsupportedOperationException("not landed yet");
  }

  /// How many layers there are.
  public int layerCount() {
    throw new UnsupportedOperationException("not landed yet");
  }

  /// The `index`-th layer, parents before their children.
  public Layer layer(int index) {
    throw new UnsupportedOperationException("not landed yet");
  }

  // Changes

  /// Whether this many block changes and unmapped ranges fit before the next checkpoint is durable.
  /// A written or relocated block is one point; for an unmap see [#pointsOfUnmap],
  /// [#rangesOfUnmap].
  public boolean hasRoom(int points, int ranges) {
    throw new UnsupportedOperationException("not landed yet");
  }

  /// The part of the delta table in use, in percent of what [#hasRoom] allows: when to freeze.
  public int fillPercent() {
    throw new UnsupportedOperationException("not landed yet");
  }

  /// What an unmap of `count` blocks costs in points.
  public int pointsOfUnmap(long count) {
    throw new UnsupportedOperationException("not landed yet");
  }

  /// What an unmap of `count` blocks costs in ranges.
  public int rangesOfUnmap(long count) {
    throw new UnsupportedOperationException("not landed yet");
  }

  /// Publishes a written block; `entry` is copied, and its owner must be `layer`.
  public void put(int layer, long lba, EntryFlyweight entry) {
    throw new UnsupportedOperationException("not landed yet");
  }

  /// Publishes that blocks are unmapped, all as of `writeId`.
  public void unmap(int layer, long lba, long count, long writeId) {
    throw new UnsupportedOperationException("not landed yet");
  }

  /// Publishes that a block was moved, live or in replay: `moved` has the write id that the block
  /// had when it was read, and the new place. Does nothing if the block has another version by now.
  /// Where that cannot be told without reading its leaf, the move is kept unverified, and whoever
  /// has the leaf first decides.
  public void relocate(int layer, long lba, EntryFlyweight moved) {
    throw new UnsupportedOperationException("not landed yet");
  }

  // Questions

  /// Captures the entries of `count` blocks at one instant.
  ///
  /// @param count 1 to [EntryBatch#BLOCKS_MAX], within the layer
  /// @param out receives the entries if FOUND, the place if DAMAGED
  /// @param waiter is woken if PENDING
  public LookupResult lookup(int layer, long lba, int count, EntryBatch out, Waiter waiter) {
    throw new UnsupportedOperationException("not landed yet");
  }

  /// Says whether the block at `lba` holds data, and how many from there on are alike. Unmapped
  /// subtrees are skipped as a whole. The run may end before its kind changes.
  public LookupResult mappedRun(int layer, long lba, long blocksMax, MappedRun out, Waiter waiter) {
    throw new UnsupportedOperationException("not landed yet");
  }

  /// Whether a stored block is what `lba` refers to now. DEAD if the layer is gone.
  ///
  /// @param stored the block as its record names it: write id, address and generation count
  public Liveness isLiveBlock(int layer, long lba, EntryFlyweight stored, Waiter waiter) {
    throw new UnsupportedOperationException("not landed yet");
  }

  /// Whether a stored page is part of the layer's tree. While a merge is under way only LIVE is
  /// certain; everything else is PENDING until it ends.
  public Liveness isLivePage(
      int layer, int level, long page, long address, int generation, Waiter waiter) {
    throw new UnsupportedOperationException("not landed yet");
  }

  /// Has the next merge write the page anew, so that its present place dies.
  ///
  /// @return false if there is no room for more such before the next freeze
  public boolean dirtyPage(int layer, int level, long page) {
    throw new UnsupportedOperationException("not landed yet");
  }

  // Checkpoint

  /// Ends a generation of the delta table: what was published so far goes into the tree by
  /// [#mergeStep], what follows is replayed after a crash. Only when no merge is under way and the
  /// last checkpoint is durable.
  public void freeze() {
    throw new UnsupportedOperationException("not landed yet");
  }

  /// Does a piece of the merge.
  ///
  /// @param budget how many pages to finish at most; 8 take less than 100 µs
  /// @return how much was done; 0 if it waits for a page, for the log or for the reaper
  public int mergeStep(int budget) {
    throw new UnsupportedOperationException("not landed yet");
  }

  /// Whether the merge has ended: all roots have changed and a checkpoint may be written.
  public boolean isMerged() {
    throw new UnsupportedOperationException("not landed yet");
  }

  /// The checkpoint is durable: its changes need no replay any more and make room.
  public void onCheckpointDurable() {
    throw new UnsupportedOperationException("not landed yet");
  }

  /// How many block changes were carried over damaged pages and must be part of the checkpoint.
  public int carriedPoints() {
    throw new UnsupportedOperationException("not landed yet");
  }

  /// Copies a carried block change.
  ///
  /// @param index below [#carriedPoints]
  public void carriedPoint(int index, CarriedPoint out) {
    throw new UnsupportedOperationException("not landed yet");
  }

  /// How many unmapped ranges were carried over damaged pages and must be part of the checkpoint.
  public int carriedRanges() {
    throw new UnsupportedOperationException("not landed yet");
  }

  /// Copies a carried range.
  ///
  /// @param index below [#carriedRanges]
  public void carriedRange(int index, CarriedRange out) {
    throw new UnsupportedOperationException("not landed yet");
  }

  /// Puts back what [#carriedPoint] gave, after the layers and before replay.
  public void restoreCarriedPoint(CarriedPoint point) {
    throw new UnsupportedOperationException("not landed yet");
  }

  /// Puts back what [#carriedRange] gave, after the layers and before replay.
  public void restoreCarriedRange(CarriedRange range) {
    throw new UnsupportedOperationException("not landed yet");
  }

  // Reap list

  /// How many unlinked subtrees are not walked yet. The cleaner picks no victim unless it is 0.
  public int reapCount() {
    throw new UnsupportedOperationException("not landed yet");
  }

  /// Copies an entry of the reap list.
  ///
  /// @param index below [#reapCount]
  public void reapEntry(int index, ReapEntry out) {
    throw new UnsupportedOperationException("not landed yet");
  }

  /// Puts back what [#reapEntry] gave.
  public void restoreReap(ReapEntry entry) {
    throw new UnsupportedOperationException("not landed yet");
  }

  /// Walks some of the reap list.
  ///
  /// @param budget how many pages to finish at most; 8 take less than 100 µs
  /// @return how much was done; 0 if it waits for pages or is empty
  public int reapStep(int budget) {
    throw new UnsupportedOperationException("not landed yet");
  }

  // The rest

  /// Wakes who found no frame or no room in the device's queue. To be called on every turn.
  ///
  /// @return how many were woken
  public int doWork() {
    throw new UnsupportedOperationException("not landed yet");
  }

  /// Forgets which pages are damaged, so that they are read once more: after a repair, or now and
  /// then. [#freeze] does so too.
  public void retryDamaged() {
    throw new UnsupportedOperationException("not landed yet");
  }

  public IndexStatistics statistics() {
    throw new UnsupportedOperationException("not landed yet");
  }

  /// All memory that the index holds, in bytes; it does not change.
  public long memoryBytes() {
    throw new UnsupportedOperationException("not landed yet");
  }
}
