package io.ashlar.core.checkpoint;

import io.ashlar.core.format.CorruptRecordException;
import io.ashlar.core.format.EntryFlyweight;
import io.ashlar.core.format.FormatVersion;
import io.ashlar.core.format.PageCodec;
import io.ashlar.core.format.PointerFlyweight;
import io.ashlar.core.format.Superblock.LaneGeometry;
import io.ashlar.core.format.VolumeEntry;
import io.ashlar.core.index.BlockIndex;
import io.ashlar.core.index.CarriedPoint;
import io.ashlar.core.index.CarriedRange;
import io.ashlar.core.index.IndexOptions;
import io.ashlar.core.index.Layer;
import io.ashlar.core.index.ReapEntry;
import io.ashlar.core.segment.SegmentState;
import io.ashlar.core.segment.SegmentTable;
import io.ashlar.core.segment.Stream;
import java.util.ArrayList;
import java.util.List;
import org.agrona.DirectBuffer;

/// Reads a checkpoint's body, whose checksum was proved before, and rebuilds what it describes.
/// Bounds are checked all the same: a writer's bug must not become a reader's crash.
public final class CheckpointBodyReader {
  private static final int SEGMENT_BYTES = 40;

  private final DirectBuffer body;
  private final int length;
  private final LaneGeometry geometry;
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
  public List<CheckpointVolume> restore(long number, SegmentTable segments, BlockIndex index)
      throws CorruptRecordException {
    head(number, segments);
    List<CheckpointVolume> volumes = volumes();
    layers(index);
    reaps(index);
    carried(index);
    expect(at == length, "length");
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
    expect(getInt() == FormatVersion.CURRENT, "version");
    expect(getLong() == number, "number");
    segments.restoreGenerationLast(getInt());
    getInt();
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
      segments.restore(segment, found, generation, Stream.ofCode(stream));
      int treeUnits = getInt();
      int usedBytes = getInt();
      getInt();
      long sequence = getLong();
      long millis = getLong();
      int unitsMax = segments.geometry().segmentBytes() / segments.geometry().unitBytes();
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
    for (int i = 0; i < count; i++) {
      VolumeEntry entry = VolumeEntry.decode(body, at, length - at);
      at += VolumeEntry.length(body, at, length - at);
      byte[] reservations = new byte[count(1)];
      body.getBytes(at, reservations);
      at += reservations.length;
      volumes.add(new CheckpointVolume(entry, reservations));
    }
    return volumes;
  }

  private void layers(BlockIndex index) throws CorruptRecordException {
    int count = count(24 + PointerFlyweight.BYTES);
    PointerFlyweight root = new PointerFlyweight();
    for (int i = 0; i < count; i++) {
      int layer = getInt();
      int parent = getInt();
      long blocks = getLong();
      int rootLevel = getInt();
      getInt();
      expect(layer != Layer.NO_PARENT && !index.hasLayer(layer), "layer listed once");
      expect(parent == Layer.NO_PARENT || index.hasLayer(parent), "layer's parent");
      expect(blocks >= 1 && blocks <= IndexOptions.BLOCKS_MAX, "layer's size");
      expect(rootLevel >= 0 && rootLevel < IndexOptions.LEVELS_MAX, "root level");
      pointer(root.wrap(body, at));
      index.restoreLayer(layer, parent, blocks, rootLevel, root.wrap(body, at));
      at += PointerFlyweight.BYTES;
    }
  }

  private void reaps(BlockIndex index) throws CorruptRecordException {
    int count = count(16 + PointerFlyweight.BYTES);
    ReapEntry reap = new ReapEntry();
    PointerFlyweight pointer = new PointerFlyweight();
    for (int i = 0; i < count; i++) {
      reap.layer = getInt();
      reap.level = getInt();
      reap.page = getLong();
      expect(reap.level >= 0 && reap.level < IndexOptions.LEVELS_MAX, "reaped level");
      pointer(pointer.wrap(body, at));
      reap.pointer.copyFrom(pointer);
      at += PointerFlyweight.BYTES;
      index.restoreReap(reap);
    }
  }

  private void carried(BlockIndex index) throws CorruptRecordException {
    int points = count(16 + EntryFlyweight.BYTES);
    CarriedPoint point = new CarriedPoint();
    EntryFlyweight entry = new EntryFlyweight();
    for (int i = 0; i < points; i++) {
      point.layer = getInt();
      point.isUnverified = getInt() != 0;
      point.lba = getLong();
      entry.wrap(body, at);
      long bytes = (long) entry.units() * geometry.unitBytes();
      boolean lies = !entry.isStored() || geometry.holds(entry.address(), bytes);
      expect(point.lba >= 0 && point.lba < IndexOptions.BLOCKS_MAX && lies, "carried block");
      expect(entry.units() * geometry.unitBytes() <= PageCodec.PAGE_BYTES, "carried block's units");
      point.entry.copyFrom(entry);
      at += EntryFlyweight.BYTES;
      index.restoreCarriedPoint(point);
    }
    int ranges = count(32);
    CarriedRange range = new CarriedRange();
    for (int i = 0; i < ranges; i++) {
      range.layer = getInt();
      getInt();
      range.start = getLong();
      range.end = getLong();
      range.writeId = getLong();
      boolean sound =
          range.start >= 0 && range.start < range.end && range.end <= IndexOptions.BLOCKS_MAX;
      expect(sound, "carried range");
      index.restoreCarriedRange(range);
    }
  }

  /// What a pointer points to lies on the device and fits a page.
  private void pointer(PointerFlyweight pointer) throws CorruptRecordException {
    long bytes = (long) pointer.units() * geometry.unitBytes();
    boolean lies = !pointer.isStored() || geometry.holds(pointer.address(), bytes);
    expect(lies && bytes <= PageCodec.PAGE_BYTES, "page's place");
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

  private void expect(boolean sound, String what) throws CorruptRecordException {
    if (!sound) {
      throw new CorruptRecordException(
          "checkpoint body makes no sense: " + what + " at byte " + at);
    }
  }
}
