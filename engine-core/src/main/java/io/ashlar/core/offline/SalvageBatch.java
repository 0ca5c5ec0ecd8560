package io.ashlar.core.offline;

import io.ashlar.core.format.BlockDescriptorFlyweight;
import io.ashlar.core.format.EntryFlyweight;
import io.ashlar.core.format.PageCodec;
import io.ashlar.core.format.RecordFlyweight;
import io.ashlar.core.index.CarriedPoint;
import io.ashlar.core.index.CarriedRange;
import io.ashlar.core.segment.GroupRecords;
import io.ashlar.core.segment.GroupWindow;
import io.ashlar.core.segment.Stream;
import io.ashlar.core.transform.Codec;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/// As many leaves of volumes as fit memory, with the newest version of each of their blocks: first
/// as the trees have them, then as the log's records do.
final class SalvageBatch implements ScanVisitor {
  /// What a group of the log counts for.
  private enum Standing {
    /// The checkpoint holds it: trees that can be read know better.
    CHECKPOINTED,
    /// It came after the checkpoint and became durable.
    NEWS,
    /// It came after the checkpoint, and nothing says that it became durable.
    TAIL
  }

  /// A leaf of a volume.
  ///
  /// @param tail versions that may not have become durable
  record Planned(SalvagedVolume volume, long leaf, LeafVersions versions, TailVersions tail) {}

  private final SalvageSurvey survey;
  private final long newsFrom;
  private final Map<Integer, List<Integer>> headsOfAncestor;
  private final List<Planned> planned = new ArrayList<>();
  private final Map<Integer, TreeMap<Long, Planned>> byLayer = new TreeMap<>();
  private final EntryFlyweight entry = new EntryFlyweight();

  /// @param newsFrom the first group that the checkpoint does not hold
  /// @param headsOfAncestor for a layer that others were forked from, the volumes above it
  SalvageBatch(SalvageSurvey survey, long newsFrom, Map<Integer, List<Integer>> headsOfAncestor) {
    this.survey = survey;
    this.newsFrom = newsFrom;
    this.headsOfAncestor = headsOfAncestor;
    entry.wrap(new UnsafeBuffer(new byte[EntryFlyweight.BYTES]), 0);
  }

  /// Adds a leaf; of one volume in rising order.
  LeafVersions plan(SalvagedVolume volume, long leaf) {
    Planned added = new Planned(volume, leaf, new LeafVersions(), new TailVersions());
    planned.add(added);
    byLayer.computeIfAbsent(volume.layer(), id -> new TreeMap<>()).put(leaf, added);
    return added.versions;
  }

  List<Planned> planned() {
    return planned;
  }

  /// Takes a change that the checkpoint carried over a damaged page.
  void carried(CarriedPoint point) {
    if (point.isUnverified) {
      offerCopy(point.layer, point.lba, point.entry);
    } else {
      offer(point.layer, point.lba, point.entry, Standing.NEWS);
    }
  }

  void carried(CarriedRange range) {
    unmap(range.layer, range.start, range.end - range.start, range.writeId, Standing.NEWS);
  }

  @Override
  public void onGroup(int segment, int offset, Stream stream, GroupWindow window) {
    if (survey.isCut(window.header())) {
      return;
    }
    Standing standing = standing(window.header().sequence());
    int generation = window.header().generation();
    GroupRecords records = window.records();
    while (records.next()) {
      RecordFlyweight record = records.record();
      switch (record.type()) {
        case WRITE, RELOCATE, FETCHED -> {
          while (records.nextBlock()) {
            block(records, generation, standing);
          }
        }
        case UNMAP, FETCHED_UNMAP ->
            unmap(record.layer(), record.lba(), record.argument(), record.writeId(), standing);
        default -> records.skipBlocks();
      }
    }
  }

  private void block(GroupRecords records, int generation, Standing standing) {
    RecordFlyweight record = records.record();
    BlockDescriptorFlyweight block = records.block();
    long lba = record.lba() + records.blockIndex();
    long writeId = record.writeId() + records.blockIndex();
    if (block.codec() == Codec.ZERO) {
      entry.tombstone(record.layer(), writeId);
    } else {
      entry.clear().identity(record.layer(), writeId);
      entry.place(records.address(), records.blockUnits(), generation);
      entry.content(block.codec(), block.length(), block.checksum(), block.keyGeneration());
    }
    offer(record.layer(), lba, entry, standing);
    for (int head : headsOfAncestor.getOrDefault(record.layer(), List.of())) {
      offerCopy(head, lba, entry);
    }
  }

  private Standing standing(long sequence) {
    if (sequence < newsFrom) {
      return Standing.CHECKPOINTED;
    }
    return survey.isKnownDurable(sequence) ? Standing.NEWS : Standing.TAIL;
  }

  private void offer(int layer, long lba, EntryFlyweight found, Standing standing) {
    Planned leaf = leaf(layer, lba);
    if (leaf != null) {
      offer(leaf, (int) (lba % PageCodec.SLOTS), found, standing);
    }
  }

  private static void offer(Planned leaf, int slot, EntryFlyweight found, Standing standing) {
    switch (standing) {
      case CHECKPOINTED -> leaf.versions.consider(slot, found, false);
      case NEWS -> leaf.versions.consider(slot, found, true);
      case TAIL -> {
        leaf.versions.considerCopy(slot, found);
        leaf.tail.add(slot, found);
      }
    }
  }

  private void offerCopy(int layer, long lba, EntryFlyweight found) {
    Planned leaf = leaf(layer, lba);
    if (leaf != null) {
      leaf.versions.considerCopy((int) (lba % PageCodec.SLOTS), found);
    }
  }

  private @Nullable Planned leaf(int layer, long lba) {
    TreeMap<Long, Planned> leaves = byLayer.get(layer);
    return leaves == null ? null : leaves.get(lba / PageCodec.SLOTS);
  }

  private void unmap(int layer, long lba, long count, long writeId, Standing standing) {
    TreeMap<Long, Planned> leaves = byLayer.get(layer);
    if (leaves == null || count <= 0 || lba < 0) {
      return;
    }
    long end = lba + Math.min(count, Long.MAX_VALUE - lba);
    entry.tombstone(layer, writeId);
    for (Map.Entry<Long, Planned> each :
        leaves.subMap(lba / PageCodec.SLOTS, true, (end - 1) / PageCodec.SLOTS, true).entrySet()) {
      long first = each.getKey() * PageCodec.SLOTS;
      int from = (int) Math.max(0, lba - first);
      int to = (int) Math.min(PageCodec.SLOTS, end - first);
      for (int slot = from; slot < to; slot++) {
        offer(each.getValue(), slot, entry, standing);
      }
    }
  }

  @Override
  public void onLost(int segment, int offset, int bytes) {}

  @Override
  public void onBrokenEnd(int segment, int offset, long sequence) {}

  @Override
  public void onUnreadable(int segment, int offset, int bytes) {}
}
