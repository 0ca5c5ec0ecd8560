package io.ashlar.core.checkpoint;

import io.ashlar.core.format.CorruptRecordException;
import io.ashlar.core.format.EntryFlyweight;
import io.ashlar.core.format.FormatVersion;
import io.ashlar.core.format.PageCodec;
import io.ashlar.core.format.PointerFlyweight;
import io.ashlar.core.format.Sectors;
import io.ashlar.core.format.Superblock.LaneGeometry;
import io.ashlar.core.format.VolumeEntry;
import io.ashlar.core.index.CarriedPoint;
import io.ashlar.core.index.CarriedRange;
import io.ashlar.core.index.IndexOptions;
import io.ashlar.core.index.Layer;
import io.ashlar.core.index.ReapEntry;
import io.ashlar.core.segment.SegmentState;
import io.ashlar.core.segment.SegmentTable;
import io.ashlar.core.segment.Stream;
import io.ashlar.core.volume.VolumeGeometry;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import org.agrona.DirectBuffer;

/// Reads a checkpoint's body, whose checksum was proved before, and rebuilds what it describes.
/// Bounds are checked all the same: a writer's bug must not become a reader's crash.
public final class CheckpointBodyReader {
  private static final int SEGMENT_BYTES = 40;

  /// The first version whose checkpoints tell how far a volume's history goes.
  private static final int HISTORY_SINCE = 3;

  private final DirectBuffer body;
  private final int length;
  private final LaneGeometry geometry;
  private final Map<Integer, Long> blocksByLayer = new TreeMap<>();
  private int version;
  private int generationLast;
  private int at;

  public CheckpointBodyReader(DirectBuffer body, int length, LaneGeometry geometry) {
    this.body = body;
    this.length = length;
    this.geometry = geometry;
  }

  /// Restores the segments, then the volumes, then the index.
  ///
  /// @param number the checkpoint's, as the superblock has it
  /// @return the volumes
  public List<CheckpointVolume> restore(long number, SegmentTable segments, CheckpointSink index)
      throws CorruptRecordException {
    head(number, segments);
    List<CheckpointVolume> volumes = volumes();
    layers(index);
    reaps(index);
    carriedPoints(index);
    carriedRanges(index);
    expect(at == length, "length");
    expectLayersOf(volumes);
    return volumes;
  }

  /// Restores the segments and tells the volumes, without an index: for tools that explain.
  public List<CheckpointVolume> explain(long number, SegmentTable segments)
      throws CorruptRecordException {
    head(number, segments);
    return volumes();
  }

  private void head(long number, SegmentTable segments) throws CorruptRecordException {
    expect(getInt() == CheckpointBodyWriter.MAGIC, "magic");
    version = getInt();
    expect(version >= FormatVersion.OLDEST && version <= FormatVersion.CURRENT, "version");
    expect(getLong() == number, "number");
    generationLast = getInt();
    expect(generationLast >= 0, "last generation");
    segments.restoreGenerationLast(generationLast);
    int scrubPosition = getInt();
    expect(scrubPosition >= 0 && scrubPosition <= segments.geometry().segments(), "scrub position");
    segments.scrubPosition(scrubPosition);
    segments(segments);
  }

  private void segments(SegmentTable segments) throws CorruptRecordException {
    int count = count(SEGMENT_BYTES);
    for (int i = 0; i < count; i++) {
      int segment = getInt();
      int generation = getInt();
      int state = body.getByte(at);
      int stream = body.getByte(at + 1);
      getInt();
      expect(segment >= 0 && segment < segments.geometry().segments(), "segment number");
      expect(state >= 0 && state < SegmentState.values().length, "segment state");
      expect(stream >= 0 && stream < Stream.COUNT, "segment stream");
      expect(segments.state(segment) == SegmentState.FREE, "segment listed once");
      SegmentState found = SegmentState.ofCode(state);
      expect(found != SegmentState.FREE, "segment state");
      expect(generation >= 1 && generation <= generationLast, "segment's generation");
      segments.restore(segment, found, generation, Stream.ofCode(stream));
      int treeUnits = getInt();
      int usedBytes = getInt();
      getInt();
      long sequence = getLong();
      long millis = getLong();
      int unitsMax = segments.geometry().segmentBytes() / Sectors.BYTES;
      expect(treeUnits >= 0 && treeUnits <= unitsMax, "segment's live units");
      expect(usedBytes >= 0 && usedBytes <= segments.geometry().segmentBytes(), "segment's use");
      if (found != SegmentState.RELEASED) {
        segments.restoreUse(segment, treeUnits, usedBytes, sequence, millis);
      }
    }
  }

  private List<CheckpointVolume> volumes() throws CorruptRecordException {
    int count = count(1);
    List<CheckpointVolume> volumes = new ArrayList<>();
    Set<UUID> ids = new TreeSet<>();
    Set<Integer> heads = new TreeSet<>();
    for (int i = 0; i < count; i++) {
      expect(VolumeEntry.length(body, at, length - at) > 0, "volume's length");
      VolumeEntry entry = VolumeEntry.decode(body, at, length - at);
      expect(ids.add(entry.uuid()) && heads.add(entry.layer()), "volume listed once");
      at += VolumeEntry.length(body, at, length - at);
      byte[] reservations = bytes();
      byte[] history = version < HISTORY_SINCE ? new byte[0] : bytes();
      volumes.add(new CheckpointVolume(entry, reservations, history));
    }
    return volumes;
  }

  private byte[] bytes() throws CorruptRecordException {
    byte[] bytes = new byte[count(1)];
    body.getBytes(at, bytes);
    at += bytes.length;
    return bytes;
  }

  /// Each volume has the layer that its writes go to, large enough.
  private void expectLayersOf(List<CheckpointVolume> volumes) throws CorruptRecordException {
    for (CheckpointVolume volume : volumes) {
      Long blocks = blocksByLayer.get(volume.entry().layer());
      boolean fits =
          blocks != null && volume.entry().sizeBytes() <= blocks * VolumeGeometry.BLOCK_BYTES;
      expect(fits, "layer of volume " + volume.entry().uuid());
    }
  }

  private void layers(CheckpointSink index) throws CorruptRecordException {
    int count = count(24 + PointerFlyweight.BYTES);
    expectRoom(index.hasRoomForLayers(count), count + " layers");
    PointerFlyweight root = new PointerFlyweight();
    for (int i = 0; i < count; i++) {
      int layer = getInt();
      int parent = getInt();
      long blocks = getLong();
      int rootLevel = getInt();
      getInt();
      expect(layer != Layer.NO_PARENT && !blocksByLayer.containsKey(layer), "layer listed once");
      expect(parent == Layer.NO_PARENT || blocksByLayer.containsKey(parent), "layer's parent");
      expect(blocks >= 1 && blocks <= IndexOptions.BLOCKS_MAX, "layer's size");
      expect(rootLevel >= 0 && rootLevel < IndexOptions.LEVELS_MAX, "root level");
      pointer(root.wrap(body, at));
      boolean isOwn = root.isAbsent() || root.owner() == layer;
      expect(isOwn || blocksByLayer.containsKey(root.owner()), "root's owner");
      index.layer(layer, parent, blocks, rootLevel, root.wrap(body, at));
      blocksByLayer.put(layer, blocks);
      at += PointerFlyweight.BYTES;
    }
  }

  private void reaps(CheckpointSink index) throws CorruptRecordException {
    int count = count(16 + PointerFlyweight.BYTES);
    expectRoom(index.hasRoomForReaps(count), count + " unlinked subtrees");
    ReapEntry reap = new ReapEntry();
    PointerFlyweight pointer = new PointerFlyweight();
    for (int i = 0; i < count; i++) {
      reap.layer = getInt();
      reap.level = getInt();
      reap.page = getLong();
      expect(reap.level >= 0 && reap.level < IndexOptions.LEVELS_MAX, "reaped level");
      long pages = IndexOptions.BLOCKS_MAX >>> (7 * (reap.level + 1));
      expect(reap.page >= 0 && reap.page < pages, "reaped page");
      pointer(pointer.wrap(body, at));
      reap.pointer.copyFrom(pointer);
      at += PointerFlyweight.BYTES;
      index.reap(reap);
    }
  }

  private void carriedPoints(CheckpointSink index) throws CorruptRecordException {
    int count = count(16 + EntryFlyweight.BYTES);
    expectRoom(index.hasRoomToReplay(count, 0), count + " carried blocks");
    CarriedPoint point = new CarriedPoint();
    EntryFlyweight entry = new EntryFlyweight();
    for (int i = 0; i < count; i++) {
      point.layer = getInt();
      point.isUnverified = getInt() != 0;
      point.lba = getLong();
      entry.wrap(body, at);
      expect(isInLayer(point.layer, point.lba, 1), "carried block");
      expect(entry.writeId() > 0 && entry.owner() == point.layer, "carried block's version");
      expect(lies(entry), "carried block's place");
      point.entry.copyFrom(entry);
      at += EntryFlyweight.BYTES;
      // A layer that was removed meanwhile needs no changes.
      if (blocksByLayer.containsKey(point.layer)) {
        index.carriedPoint(point);
      }
    }
  }

  private void carriedRanges(CheckpointSink index) throws CorruptRecordException {
    int count = count(32);
    // They do not overlap, so that none cuts another in two: each needs half the room of a range.
    expectRoom(index.hasRoomToReplay(0, (count + 1) / 2), count + " carried ranges");
    CarriedRange range = new CarriedRange();
    int layerBefore = Integer.MIN_VALUE;
    long endBefore = 0;
    for (int i = 0; i < count; i++) {
      range.layer = getInt();
      getInt();
      range.start = getLong();
      range.end = getLong();
      range.writeId = getLong();
      long blocks = range.end - range.start;
      expect(blocks > 0 && isInLayer(range.layer, range.start, blocks), "carried range");
      expect(range.writeId > 0, "carried range's version");
      boolean isNext = range.layer > layerBefore;
      boolean isBehind = range.layer == layerBefore && range.start >= endBefore;
      expect(isNext || isBehind, "carried ranges' order");
      layerBefore = range.layer;
      endBefore = range.end;
      if (blocksByLayer.containsKey(range.layer)) {
        index.carriedRange(range);
      }
    }
  }

  /// Whether blocks lie in a layer, as far as that is known.
  private boolean isInLayer(int layer, long lba, long blocks) {
    long size = blocksByLayer.getOrDefault(layer, IndexOptions.BLOCKS_MAX);
    return lba >= 0 && blocks <= size && lba <= size - blocks;
  }

  /// What a pointer points to lies on the device and fits a page.
  private void pointer(PointerFlyweight pointer) throws CorruptRecordException {
    long bytes = Sectors.toBytes(pointer.units());
    boolean lies =
        bytes == 0
            || (bytes <= PageCodec.PAGE_BYTES && geometry.holdsAligned(pointer.address(), bytes));
    expect(lies, "page's place");
  }

  /// Whether a block is stored nowhere, or where and as long as one can be.
  private boolean lies(EntryFlyweight entry) {
    return !entry.isStored()
        || (entry.hasBlockLength()
            && geometry.holds(entry.address(), Sectors.toBytes(entry.units())));
  }

  /// A count of items of at least `itemBytes` each, which must fit what is left.
  private int count(int itemBytes) throws CorruptRecordException {
    int count = getInt();
    expect(count >= 0 && (long) count * itemBytes <= length - at, "count");
    return count;
  }

  private int getInt() throws CorruptRecordException {
    expect(at + Integer.BYTES <= length, "length");
    at += Integer.BYTES;
    return body.getInt(at - Integer.BYTES);
  }

  private long getLong() throws CorruptRecordException {
    expect(at + Long.BYTES <= length, "length");
    at += Long.BYTES;
    return body.getLong(at - Long.BYTES);
  }

  /// Not damage: another node, with a larger index, wrote this.
  private void expectRoom(boolean fits, String what) throws CorruptRecordException {
    if (!fits) {
      throw new CorruptRecordException(
          "the checkpoint has "
              + what
              + ", more than this node's index has room for: give it a larger index budget");
    }
  }

  private void expect(boolean sound, String what) throws CorruptRecordException {
    if (!sound) {
      throw new CorruptRecordException(
          "checkpoint body makes no sense: " + what + " at byte " + at);
    }
  }
}
