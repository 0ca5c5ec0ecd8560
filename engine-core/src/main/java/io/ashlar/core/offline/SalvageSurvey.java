package io.ashlar.core.offline;

import io.ashlar.core.format.CheckpointPieceFlyweight;
import io.ashlar.core.format.CorruptRecordException;
import io.ashlar.core.format.GroupHeaderFlyweight;
import io.ashlar.core.format.PageCodec;
import io.ashlar.core.format.RecordFlyweight;
import io.ashlar.core.format.RecordType;
import io.ashlar.core.format.VolumeEntry;
import io.ashlar.core.segment.GroupRecords;
import io.ashlar.core.segment.GroupWindow;
import io.ashlar.core.segment.Stream;
import java.util.HashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.agrona.collections.LongHashSet;
import org.jspecify.annotations.Nullable;

/// The first pass of a salvage: what is on the device at all. Which checkpoints, which volumes,
/// which parts of which layers, which epochs, and how much cannot be read.
final class SalvageSurvey implements ScanVisitor {
  /// More groups than are ever written between two checkpoints.
  private static final int SEQUENCES_KEPT = 1 << 20;

  /// A piece of a checkpoint, proved by its record's checksum.
  ///
  /// @param offset of the piece's head on the device
  /// @param sequence of its group
  record Piece(long offset, int dataBytes, long sequence) {}

  /// What a volume record says.
  ///
  /// @param entry null if the volume was deleted
  record VolumeNews(long sequence, @Nullable VolumeEntry entry) {}

  /// What is known of a layer's blocks.
  static final class LayerNews {
    final LongHashSet leaves = new LongHashSet();
    long blocks;
    boolean hasEncrypted;
  }

  final NavigableMap<Long, NavigableMap<Integer, Piece>> checkpoints = new TreeMap<>();
  final TreeMap<Integer, TreeMap<Long, VolumeNews>> volumes = new TreeMap<>();
  final TreeMap<Integer, LayerNews> layers = new TreeMap<>();
  private final TreeMap<Integer, Long> firstOfEpoch = new TreeMap<>();
  private LongHashSet sequences = new LongHashSet();
  private long highest;
  private final CheckpointPieceFlyweight piece = new CheckpointPieceFlyweight();
  private final Map<Integer, Long> cutByEpoch = new HashMap<>();
  private long durableThrough = -1;
  private long groups;
  private long damagedGroups;
  private long unreadableBytes;

  @Override
  public void onGroup(int segment, int offset, Stream stream, GroupWindow window) {
    GroupHeaderFlyweight header = window.header();
    groups++;
    durableThrough = Math.max(durableThrough, header.durableThrough());
    firstOfEpoch.merge(header.epoch(), header.sequence(), Math::min);
    damagedGroups += window.payloadsSound() ? 0 : 1;
    GroupRecords records = window.records();
    boolean hidesVolume = false;
    while (records.next()) {
      boolean isVolume = records.record().type() == RecordType.VOLUME;
      hidesVolume |= isVolume && !window.payloadSound(records);
      take(records, window);
    }
    // What cannot be told of a volume is missing as if the group were.
    if (!hidesVolume) {
      noteSequence(header.sequence());
    }
  }

  /// Only what may follow the newest checkpoint is asked for later.
  private void noteSequence(long sequence) {
    highest = Math.max(highest, sequence);
    if (sequence > highest - SEQUENCES_KEPT) {
      sequences.add(sequence);
    }
    if (sequences.size() > 2 * SEQUENCES_KEPT) {
      LongHashSet kept = new LongHashSet();
      LongHashSet.LongIterator each = sequences.iterator();
      while (each.hasNext()) {
        long known = each.nextValue();
        if (known > highest - SEQUENCES_KEPT) {
          kept.add(known);
        }
      }
      sequences = kept;
    }
  }

  private void take(GroupRecords records, GroupWindow window) {
    RecordFlyweight record = records.record();
    switch (record.type()) {
      case WRITE, RELOCATE, FETCHED -> blocks(records);
      case CHECKPOINT -> {
        if (window.payloadSound(records)) {
          checkpoint(records, window);
        }
      }
      case VOLUME -> {
        if (window.payloadSound(records)) {
          volume(records, window);
        }
      }
      case VOLUME_DELETED -> news(record.layer(), new VolumeNews(window.header().sequence(), null));
      case UNMAP, PAGE, SEAL, MARK, RESERVATIONS, RELEASE, EPOCH, FETCHED_UNMAP, REJOIN, LEVEL -> {}
    }
  }

  private void blocks(GroupRecords records) {
    RecordFlyweight record = records.record();
    LayerNews layer = layers.computeIfAbsent(record.layer(), id -> new LayerNews());
    while (records.nextBlock()) {
      long lba = record.lba() + records.blockIndex();
      layer.leaves.add(lba / PageCodec.SLOTS);
      layer.blocks = Math.max(layer.blocks, lba + 1);
      layer.hasEncrypted |= records.block().keyGeneration() != 0;
    }
  }

  private void checkpoint(GroupRecords records, GroupWindow window) {
    int bytes = records.record().payloadBytes();
    int head = CheckpointPieceFlyweight.HEAD_BYTES;
    if (bytes <= head) {
      return;
    }
    piece.wrap(window.memory(), window.memoryOffset(records));
    if (piece.dataBytes() <= 0 || piece.dataBytes() > bytes - head) {
      return;
    }
    checkpoints
        .computeIfAbsent(piece.checkpoint(), number -> new TreeMap<>())
        .put(
            piece.number(),
            new Piece(records.payloadOffset(), piece.dataBytes(), window.header().sequence()));
  }

  private void volume(GroupRecords records, GroupWindow window) {
    try {
      VolumeEntry entry =
          VolumeEntry.decode(
              window.memory(), window.memoryOffset(records), records.record().payloadBytes());
      news(entry.layer(), new VolumeNews(window.header().sequence(), entry));
    } catch (CorruptRecordException noEntry) {
      damagedGroups++;
    }
  }

  private void news(int layer, VolumeNews news) {
    volumes.computeIfAbsent(layer, id -> new TreeMap<>()).put(news.sequence, news);
  }

  @Override
  public void onLost(int segment, int offset, int bytes) {
    unreadableBytes += bytes;
  }

  @Override
  public void onBrokenEnd(int segment, int offset, long sequence) {}

  @Override
  public void onUnreadable(int segment, int offset, int bytes) {
    unreadableBytes += bytes;
  }

  /// Ends the pass.
  void finish() {
    long cut = Long.MAX_VALUE;
    for (Map.Entry<Integer, Long> epoch : firstOfEpoch.descendingMap().entrySet()) {
      cutByEpoch.put(epoch.getKey(), cut);
      cut = Math.min(cut, epoch.getValue());
    }
  }

  /// Whether a group was cut off by a recovery, so that it never counted: a later epoch begins at
  /// its sequence or before.
  boolean isCut(GroupHeaderFlyweight header) {
    return header.sequence() >= cutByEpoch.getOrDefault(header.epoch(), Long.MAX_VALUE);
  }

  /// Whether a group says that this one became durable. Of the last ones none does.
  boolean isKnownDurable(long sequence) {
    return sequence <= durableThrough;
  }

  /// Durable groups from `first` on that are nowhere.
  long missingFrom(long first) {
    long found = 0;
    LongHashSet.LongIterator each = sequences.iterator();
    while (each.hasNext()) {
      long sequence = each.nextValue();
      found += sequence >= first && sequence <= durableThrough ? 1 : 0;
    }
    return Math.max(0, durableThrough - first + 1 - found);
  }

  long groups() {
    return groups;
  }

  long damagedGroups() {
    return damagedGroups;
  }

  /// Bytes within segments that hold groups of which nothing is known.
  long unreadableBytes() {
    return unreadableBytes;
  }
}
