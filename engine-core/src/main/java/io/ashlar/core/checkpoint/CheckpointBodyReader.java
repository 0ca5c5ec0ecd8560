package io.ashlar.core.checkpoint;

import io.ashlar.core.format.CorruptRecordException;
import io.ashlar.core.format.EntryFlyweight;
import io.ashlar.core.format.FormatVersion;
import io.ashlar.core.format.PointerFlyweight;
import io.ashlar.core.format.VolumeEntry;
import io.ashlar.core.index.BlockIndex;
import io.ashlar.core.index.CarriedPoint;
import io.ashlar.core.index.CarriedRange;
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
  private int at;

  public CheckpointBodyReader(DirectBuffer body, int length) {
    this.body = body;
    this.length = length;
  }

  /// Restores the segments, then the volumes, then the index.
  ///
  /// @param number the checkpoint's, as the superblock has it
  /// @return the volumes
  public List<CheckpointVolume> restore(long number, SegmentTable segments, BlockIndex index)
      throws CorruptRecordException {
    expect(getInt() == CheckpointBodyWriter.MAGIC, "magic");
    expect(getInt() == FormatVersion.CURRENT, "version");
    expect(getLong() == number, "number");
    segments.restoreGenerationLast(getInt());
    getInt();
    segments(segments);
    List<CheckpointVolume> volumes = volumes();
    layers(index);
    reaps(index);
    carried(index);
    expect(at == length, "length");
    return volumes;
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
      SegmentState found = SegmentState.ofCode(state);
      segments.restore(segment, found, generation, Stream.ofCode(stream));
      int treeUnits = getInt();
      int usedBytes = getInt();
      getInt();
      long sequence = getLong();
      long millis = getLong();
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
      reap.pointer.copyFrom(pointer.wrap(body, at));
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
      point.entry.copyFrom(entry.wrap(body, at));
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
      index.restoreCarriedRange(range);
    }
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
