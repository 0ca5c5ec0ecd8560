package io.ashlar.core.index;

import io.ashlar.core.base.Check;
import io.ashlar.core.format.PageCodec;
import io.ashlar.core.format.PointerFlyweight;
import io.ashlar.core.index.MergeFrame.Phase;

/// Merges the frozen generation of the delta table into new pages, layer by layer and leaf by leaf
/// in order, with one page per level in hand. Old pages stay as they are; lookups see them until
/// the end, when all roots change at once. So a merge never shows anything half done, each changed
/// page is written once, and the cache holds no page that could not be dropped.
///
/// The ledger follows page by page: with a page that was written, its predecessor and the blocks
/// that fell out of it come off, the page and the blocks that came in are added, and the points it
/// took in are settled. A page that cannot be read stays as it is, and what was to be merged below
/// it is carried into the active generation.
final class IndexMerge {
  private static final int ORDER_BUDGET = 4096;
  private static final int PREFETCH_ITEMS = 32;

  private final IndexOptions options;
  private final LayerTable layers;
  private final DeltaTable delta;
  private final PageCache cache;
  private final TreeWalk walk;
  private final ReapList reapList;
  private final IndexStatistics statistics;
  private final LeafOrder order;
  private final MergeWriter writer;
  private final DamagedPages damaged = new DamagedPages();
  private final MergeFrame[] frames = new MergeFrame[IndexOptions.LEVELS_MAX];
  private final WaiterList atEnd = new WaiterList();

  /// The merge asks again by itself.
  private final Waiter poller =
      new Waiter() {
        @Override
        public void onIndexProgress() {}
      };

  private MergeState state = MergeState.IDLE;
  private int layersFrozen;
  private int layerAt;
  private Layer layer = new Layer(Layer.NO_PARENT, Layer.NO_PARENT, 1);
  private int level = NO_LEVEL;
  private int topLevel;
  private int oldRootLevel;
  private int item;
  private int itemEnd;
  private long carryAt;

  /// What [IndexStatistics#bytesMerged] will be at most when the merge has ended.
  private long bytesAtFreeze;

  private static final int NO_LEVEL = -1;

  IndexMerge(
      IndexOptions options, LayerTable layers, DeltaTable delta, TreeWalk walk, MergePorts ports) {
    this.options = options;
    this.layers = layers;
    this.delta = delta;
    this.walk = walk;
    cache = ports.cache();
    reapList = ports.reapList();
    statistics = ports.statistics();
    writer = new MergeWriter(options.alignmentBytes(), delta, ports);
    order = new LeafOrder(options, layers, delta.frozen);
    for (int at = 0; at < frames.length; at++) {
      frames[at] = new MergeFrame(at);
    }
  }

  MergeState state() {
    return state;
  }

  /// Whether pages are written that no root knows yet.
  boolean isUnderWay() {
    return state == MergeState.ORDERING || state == MergeState.MERGING;
  }

  /// Wakes `waiter` when the merge has ended.
  void awaitEnd(Waiter waiter) {
    atEnd.add(waiter);
  }

  /// Bytes of pages that the merge under way may still write.
  long bytesMax() {
    return isUnderWay() ? Math.max(0, bytesAtFreeze - statistics.bytesMerged) : 0;
  }

  /// Bytes of pages that a merge of this generation would write: each leaf once, at both ends of a
  /// range all that is above it, and two inner pages for each change, but no more than all there
  /// are: 128 leaves share the page above them.
  long bytesMax(DeltaGeneration generation) {
    long changed = generation.records() + 2L * IndexOptions.LEVELS_MAX * generation.publishedRanges;
    long leaves = layers.leaves();
    long inner = Math.min(2 * changed, leaves / 64 + 8);
    return Math.min(changed + inner, leaves + leaves / 64 + 8) * PageCodec.PAGE_BYTES;
  }

  void freeze() {
    bytesAtFreeze = statistics.bytesMerged + bytesMax(delta.active);
    Check.that(state == MergeState.IDLE, "the last checkpoint is durable before the next freeze");
    delta.freeze();
    damaged.clear();
    layersFrozen = layers.count();
    for (int index = 0; index < layersFrozen; index++) {
      layers.at(index).ordinal = index;
    }
    order.start(delta.frozen);
    layerAt = 0;
    item = 0;
    itemEnd = 0;
    level = NO_LEVEL;
    state(MergeState.ORDERING);
  }

  void onCheckpointDurable() {
    Check.that(state == MergeState.MERGED, "a checkpoint follows a merge");
    delta.onCheckpointDurable();
    state(MergeState.IDLE);
  }

  /// Does at most `budget` pieces of work; a page takes about three.
  int step(int budget) {
    if (state == MergeState.ORDERING) {
      if (order.step(ORDER_BUDGET)) {
        state(MergeState.MERGING);
      }
      return 1;
    }
    int done = 0;
    while (done < budget && state == MergeState.MERGING && advance()) {
      done++;
    }
    if (done == 0 && state == MergeState.MERGING) {
      prefetch();
    }
    return done;
  }

  private void state(MergeState next) {
    state = next;
  }

  /// @return false if it has to wait
  private boolean advance() {
    if (level == NO_LEVEL) {
      return betweenLayers();
    }
    MergeFrame frame = frames[level];
    return switch (frame.phase) {
      case ENTERING -> enter(frame);
      case DESCENDING -> level == 0 ? mergeLeaf(frame) : descend(frame);
      case CARRYING -> carry(frame);
      case WRITING -> write(frame);
    };
  }

  // Layers

  private boolean betweenLayers() {
    if (item < itemEnd) {
      // Left over: the layer was removed.
      writer.settle(order.at(item++));
    } else if (layerAt < layersFrozen) {
      begin(layers.at(layerAt++));
    } else if (item < order.size()) {
      writer.settle(order.at(item++));
    } else {
      finish();
    }
    return true;
  }

  private void begin(Layer next) {
    layer = next;
    itemEnd = endOfItems();
    long endBlock = delta.frozen.ranges.lastEnd(layer.id);
    if ((item == itemEnd && endBlock == 0) || layer.isRemoved) {
      return;
    }
    inheritRoot();
    long lastLeaf = endBlock == 0 ? 0 : (endBlock - 1) / PageCodec.SLOTS;
    if (item < itemEnd) {
      lastLeaf = Math.max(lastLeaf, leafAt(itemEnd - 1));
    }
    PointerFlyweight root = layer.mergedRoot;
    boolean hasRoot = !root.isAbsent();
    topLevel = levelOf(lastLeaf);
    oldRootLevel = topLevel;
    if (hasRoot) {
      oldRootLevel = layer.mergedLevel;
      topLevel = Math.max(topLevel, oldRootLevel);
    }
    level = topLevel;
    frames[level].begin(0, root);
  }

  /// A layer that stood for its parent's tree begins to have its own, with the same root. Parents
  /// are merged before their children.
  private void inheritRoot() {
    if (!layer.mergedRoot.isInherited()) {
      return;
    }
    int heldBy = layer.mergedRoot.owner();
    Layer from = layer;
    while (from.mergedRoot.isInherited()) {
      from = layers.referenced(from.mergedRoot.owner());
    }
    PointerFlyweight root = layer.mergedRoot.copyFrom(from.mergedRoot);
    if (root.isStored()) {
      root.summary(heldBy, root.writeId(), root.present());
    }
    layer.mergedLevel = from.mergedLevel;
  }

  private static int levelOf(long leaf) {
    int needed = 0;
    while (leaf >>> (7 * needed) != 0) {
      needed++;
    }
    Check.that(needed < IndexOptions.LEVELS_MAX, "a leaf within the tree", leaf);
    return needed;
  }

  /// The end of the layer's records in the order.
  private int endOfItems() {
    int low = item;
    int high = order.size();
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (order.ordinal(order.at(middle)) <= layer.ordinal) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  private void finish() {
    for (int index = 0; index < layers.count(); index++) {
      Layer merged = layers.at(index);
      merged.switchRoot();
      if (merged.isRemoved && merged.ownsRoot()) {
        reapList.push(merged.id, merged.rootLevel, 0, merged.root);
      }
    }
    layers.compact();
    delta.frozen.clear();
    statistics.merges++;
    state(MergeState.MERGED);
    atEnd.wake(Integer.MAX_VALUE);
  }

  // Pages

  private boolean enter(MergeFrame frame) {
    if (level > oldRootLevel && frame.number == 0) {
      raise(frame);
      return true;
    }
    if (frame.pinned == PageCache.NONE) {
      long covering = coveringWriteId(frame);
      if (covering > frame.source.writeId()) {
        if (!unlink(frame, covering)) {
          return false;
        }
      }
      if (covering != 0 && !frame.source.isStored() && !hasItemIn(frame)) {
        endUnwritten(frame);
        return true;
      }
    }
    if (!frame.source.isStored()) {
      frame.fill(layer.id);
      begun(frame);
      return true;
    }
    return read(frame);
  }

  /// Makes a page above the tree's old root, which is its first descendant.
  private void raise(MergeFrame frame) {
    frame.source.clear();
    frame.fill(layer.id);
    frame.isChanged = true;
    if (level - 1 == oldRootLevel) {
      frame.pointer(0).copyFrom(layer.mergedRoot);
    } else {
      frame.isAboveOldRoot = true;
    }
    frame.phase(Phase.DESCENDING);
  }

  /// The write id of a range over all of the page, as far as the layer goes; 0 if there is none.
  private long coveringWriteId(MergeFrame frame) {
    long end = frame.endBlock();
    if (frame.firstBlock() < layer.blocks) {
      end = Math.min(end, layer.blocks);
    }
    return delta.frozen.ranges.writeIdCovering(layer.id, frame.firstBlock(), end);
  }

  /// Takes the whole subtree out of the tree.
  private boolean unlink(MergeFrame frame, long writeId) {
    if (frame.source.isStored() && frame.source.owner() == layer.id) {
      if (!reapList.hasRoom()) {
        return false;
      }
      reapList.push(layer.id, level, frame.number, frame.source);
    }
    frame.source.tombstone(layer.id, writeId);
    frame.isReplaced = true;
    return true;
  }

  private boolean read(MergeFrame frame) {
    if (frame.pinned == PageCache.NONE) {
      TreeWalk.Outcome outcome = locate(frame);
      if (outcome == TreeWalk.Outcome.PENDING) {
        return false;
      }
      if (outcome == TreeWalk.Outcome.DAMAGED) {
        giveUp(frame);
        return true;
      }
      if (outcome != TreeWalk.Outcome.FOUND) {
        frame.fill(layer.id);
        begun(frame);
        return true;
      }
      int cached = cache.find(frame.stored);
      if (cached == PageCache.NONE) {
        cached = cache.load(frame.stored, frame.stored.owner(), level, frame.number);
      }
      if (cached == PageCache.NONE) {
        return false;
      }
      cache.pin(cached);
      frame.pinned = cached;
    }
    FrameState cached = cache.state(frame.pinned);
    if (cached == FrameState.LOADING) {
      return false;
    }
    int pinned = frame.pinned;
    frame.pinned = PageCache.NONE;
    cache.unpin(pinned);
    if (cached == FrameState.DAMAGED) {
      giveUp(frame);
      return true;
    }
    cache.copyTo(pinned, frame.page);
    if (level > 0 && frame.source.owner() != layer.id) {
      frame.referTo(frame.source.owner());
    }
    begun(frame);
    return true;
  }

  /// Finds where the page is stored: where the parent says, or for another layer's page, where that
  /// layer's tree says by now.
  private TreeWalk.Outcome locate(MergeFrame frame) {
    int owner = frame.source.owner();
    frame.stored.copyFrom(frame.source);
    TreeWalk.Outcome outcome = TreeWalk.Outcome.FOUND;
    for (boolean isElsewhere = owner != layer.id; isElsewhere; ) {
      Layer other = layers.referenced(owner);
      outcome = walk.findMergedPointer(other, level, frame.number, poller);
      isElsewhere = outcome == TreeWalk.Outcome.FOREIGN;
      owner = isElsewhere ? walk.owner : owner;
      if (outcome == TreeWalk.Outcome.FOUND) {
        frame.stored.copyFrom(walk.pointer);
      } else if (outcome == TreeWalk.Outcome.TOMBSTONE) {
        frame.source.tombstone(layer.id, walk.tombstoneId);
      } else if (outcome == TreeWalk.Outcome.ABSENT) {
        frame.source.clear();
      }
      if (damaged.contain(other.id, level, frame.number)) {
        return TreeWalk.Outcome.DAMAGED;
      }
    }
    return outcome;
  }

  private void begun(MergeFrame frame) {
    if (level == 0) {
      writer.remember(frame);
    }
    boolean isOwn = frame.source.isStored() && frame.source.owner() == layer.id;
    if (isOwn && hasItemIn(frame) && leafAt(item) == frame.firstLeaf()) {
      frame.isChanged |= delta.frozen.isDirty(order.at(item), level);
    }
    frame.phase(Phase.DESCENDING);
  }

  private boolean mergeLeaf(MergeFrame frame) {
    RangeTombstones ranges = delta.frozen.ranges;
    int piece = ranges.firstAfter(layer.id, frame.firstBlock());
    if (piece != RangeTombstones.NONE && ranges.start(piece) < frame.endBlock()) {
      writer.applyRanges(frame, layer.id);
    }
    if (hasItemIn(frame)) {
      writer.applyPoints(frame, layer.id, order.at(item));
    }
    frame.phase(Phase.WRITING);
    return true;
  }

  private boolean descend(MergeFrame frame) {
    while (hasItemIn(frame) && delta.frozen.lowestLevel(order.at(item)) >= level) {
      item++;
    }
    long leaf = nextLeaf(frame);
    if (leaf == Long.MAX_VALUE) {
      frame.phase(Phase.WRITING);
      return true;
    }
    int slot = (int) ((leaf - frame.firstLeaf()) / frame.slotLeaves());
    Check.that(slot >= frame.nextSlot, "a merge goes forward", slot, frame.nextSlot);
    frame.nextSlot = slot + 1;
    level--;
    frames[level].begin(frame.number * PageCodec.SLOTS + slot, frame.pointer(slot));
    return true;
  }

  /// The next leaf of the page that something is to be merged into; `Long.MAX_VALUE` if there is
  /// none.
  private long nextLeaf(MergeFrame frame) {
    if (frame.isAboveOldRoot && frame.nextSlot == 0) {
      return frame.firstLeaf();
    }
    long next = hasItemIn(frame) ? leafAt(item) : Long.MAX_VALUE;
    long from = frame.firstLeaf() + frame.nextSlot * frame.slotLeaves();
    RangeTombstones ranges = delta.frozen.ranges;
    int piece = ranges.firstAfter(layer.id, DeltaGeneration.firstBlock(from));
    if (piece != RangeTombstones.NONE
        && from < frame.endLeaf()
        && ranges.start(piece) < frame.endBlock()) {
      next = Math.min(next, Math.max(from, ranges.start(piece) / PageCodec.SLOTS));
    }
    return next;
  }

  private boolean write(MergeFrame frame) {
    if (!frame.isChanged) {
      endItem(frame);
      endUnwritten(frame);
      return true;
    }
    if (!writer.write(frame, layer.id)) {
      return false;
    }
    endItem(frame);
    end(writer.result());
    return true;
  }

  private void endItem(MergeFrame frame) {
    if (level == 0 && hasItemIn(frame)) {
      writer.settle(order.at(item));
      item++;
    }
  }

  private void endUnwritten(MergeFrame frame) {
    if (frame.isReplaced) {
      end(frame.source);
    } else {
      up();
    }
  }

  /// Ends the page of this level: its parent, or the layer, points to `result` from now on.
  private void end(PointerFlyweight result) {
    if (level == topLevel) {
      layer.mergedRoot.copyFrom(result);
      layer.mergedLevel = topLevel;
    } else {
      MergeFrame parent = frames[level + 1];
      parent.pointer(parent.nextSlot - 1).copyFrom(result);
      parent.isChanged = true;
    }
    up();
  }

  private void up() {
    level = level == topLevel ? NO_LEVEL : level + 1;
  }

  // Damage

  private void giveUp(MergeFrame frame) {
    damaged.add(layer.id, level, frame.number);
    carryAt = frame.firstBlock();
    frame.phase(Phase.CARRYING);
  }

  private boolean carry(MergeFrame frame) {
    if (hasItemIn(frame)) {
      delta.carry(order.at(item++));
      return true;
    }
    RangeTombstones ranges = delta.frozen.ranges;
    int piece = ranges.firstAfter(layer.id, carryAt);
    if (piece != RangeTombstones.NONE
        && carryAt < frame.endBlock()
        && ranges.start(piece) < frame.endBlock()) {
      long start = Math.max(carryAt, ranges.start(piece));
      carryAt = Math.min(frame.endBlock(), ranges.end(piece));
      delta.carryRange(layer.id, start, carryAt, ranges.writeId(piece));
      return true;
    }
    up();
    return true;
  }

  // Items

  private boolean hasItemIn(MergeFrame frame) {
    return item < itemEnd && leafAt(item) < frame.endLeaf();
  }

  private long leafAt(int index) {
    return delta.frozen.leaf(order.at(index));
  }

  /// Loads what will be needed next while the merge waits, leaving half of the reads to lookups.
  private void prefetch() {
    int end = Math.min(itemEnd, item + Math.min(PREFETCH_ITEMS, options.loadsMax() / 2));
    for (int next = item; next < end && cache.freeReads() > options.loadsMax() / 2; next++) {
      if (delta.frozen.lowestLevel(order.at(next)) == 0) {
        walk.findPage(layer, 0, leafAt(next), poller);
      }
    }
  }
}
