package io.ashlar.core.offline;

import io.ashlar.core.base.Crc32c;
import io.ashlar.core.checkpoint.CheckpointBodyReader;
import io.ashlar.core.checkpoint.CheckpointPieces;
import io.ashlar.core.checkpoint.CheckpointSink;
import io.ashlar.core.checkpoint.CheckpointVolume;
import io.ashlar.core.device.DeviceStatus;
import io.ashlar.core.device.PolledDevice;
import io.ashlar.core.format.CheckpointPieceFlyweight;
import io.ashlar.core.format.CorruptRecordException;
import io.ashlar.core.format.PointerFlyweight;
import io.ashlar.core.format.Sectors;
import io.ashlar.core.format.Superblock;
import io.ashlar.core.format.Superblock.Pieces;
import io.ashlar.core.index.CarriedPoint;
import io.ashlar.core.index.CarriedRange;
import io.ashlar.core.index.ReapEntry;
import io.ashlar.core.segment.FreeSegments;
import io.ashlar.core.segment.SegmentTable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.agrona.BufferUtil;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/// A checkpoint that could be read, from where the superblock says or from pieces that a scan came
/// across.
final class CheckpointFound {
  /// A layer as the checkpoint has it.
  record FoundLayer(int parent, long blocks, int rootLevel, UnsafeBuffer root) {}

  private final long number;
  private final long replayFrom;
  private final long catalogueFrom;
  private final List<CheckpointVolume> volumes;
  private final TreeMap<Integer, FoundLayer> layers = new TreeMap<>();
  private final List<CarriedPoint> points = new ArrayList<>();
  private final List<CarriedRange> ranges = new ArrayList<>();

  private CheckpointFound(Superblock root, Pieces named, long catalogueFrom, UnsafeBuffer body)
      throws CorruptRecordException {
    number = named.number();
    replayFrom = named.equals(root.checkpoint()) ? root.replayFrom() : 0;
    this.catalogueFrom = catalogueFrom;
    SegmentTable segments =
        new SegmentTable(root.geometry(), FreeSegments.of(root.geometry().segments()));
    volumes =
        new CheckpointBodyReader(body, body.capacity(), root.geometry())
            .restore(number, segments, new Sink());
  }

  /// Reads the checkpoint that a superblock names; null if that cannot be done.
  static @Nullable CheckpointFound named(PolledDevice device, Superblock root) {
    if (root.checkpoint().equals(Pieces.NONE)) {
      return null;
    }
    long address = Sectors.toBytes(root.checkpoint().address());
    if (address >= device.device().geometry().sizeBytes()) {
      return null;
    }
    try {
      UnsafeBuffer body = new CheckpointPieces(device, new Crc32c(), root).read();
      return new CheckpointFound(root, root.checkpoint(), root.replayFrom(), body);
    } catch (CorruptRecordException damaged) {
      return null;
    }
  }

  /// Puts the newest whole checkpoint together from pieces; null if there is none.
  ///
  /// @param root for the geometry
  static @Nullable CheckpointFound newest(
      PolledDevice device,
      Superblock root,
      NavigableMap<Long, NavigableMap<Integer, SalvageSurvey.Piece>> checkpoints) {
    for (Map.Entry<Long, NavigableMap<Integer, SalvageSurvey.Piece>> each :
        checkpoints.descendingMap().entrySet()) {
      CheckpointFound found = assembled(device, root, each.getKey(), each.getValue());
      if (found != null) {
        return found;
      }
    }
    return null;
  }

  private static @Nullable CheckpointFound assembled(
      PolledDevice device,
      Superblock root,
      long number,
      NavigableMap<Integer, SalvageSurvey.Piece> pieces) {
    if (pieces.firstKey() != 0 || pieces.lastKey() != pieces.size() - 1) {
      return null;
    }
    int bytes = pieces.values().stream().mapToInt(SalvageSurvey.Piece::dataBytes).sum();
    UnsafeBuffer body = new UnsafeBuffer(new byte[bytes]);
    int at = 0;
    for (SalvageSurvey.Piece piece : pieces.values()) {
      if (!read(device, root, piece, body, at)) {
        return null;
      }
      at += piece.dataBytes();
    }
    try {
      // The volumes are as of when its first piece was written.
      Pieces named = new Pieces(0, 0, pieces.size(), bytes, 0, number);
      return new CheckpointFound(root, named, pieces.firstEntry().getValue().sequence(), body);
    } catch (CorruptRecordException notWhole) {
      return null;
    }
  }

  private static boolean read(
      PolledDevice device, Superblock root, SalvageSurvey.Piece piece, UnsafeBuffer body, int at) {
    int head = CheckpointPieceFlyweight.HEAD_BYTES;
    int bytes = CheckpointPieces.storedBytes(root.geometry(), piece.dataBytes());
    UnsafeBuffer memory = new UnsafeBuffer(BufferUtil.allocateDirectAligned(bytes, 4096));
    if (device.read(piece.offset(), bytes, memory.addressOffset()) != DeviceStatus.OK) {
      return false;
    }
    body.putBytes(at, memory, head, piece.dataBytes());
    return true;
  }

  long number() {
    return number;
  }

  /// The first group whose blocks it does not hold; 0 if only a lost superblock knew.
  long replayFrom() {
    return replayFrom;
  }

  /// The first group whose changes of volumes it does not hold.
  long catalogueFrom() {
    return catalogueFrom;
  }

  List<CheckpointVolume> volumes() {
    return volumes;
  }

  Map<Integer, FoundLayer> layers() {
    return layers;
  }

  List<CarriedPoint> points() {
    return points;
  }

  List<CarriedRange> ranges() {
    return ranges;
  }

  /// Keeps what the body says; there is room for everything.
  private final class Sink implements CheckpointSink {
    @Override
    public boolean hasRoomForLayers(int count) {
      return true;
    }

    @Override
    public void layer(int layer, int parent, long blocks, int rootLevel, PointerFlyweight root) {
      UnsafeBuffer copy = new UnsafeBuffer(new byte[PointerFlyweight.BYTES]);
      root.copyTo(copy, 0);
      layers.put(layer, new FoundLayer(parent, blocks, rootLevel, copy));
    }

    @Override
    public boolean hasRoomForReaps(int count) {
      return true;
    }

    @Override
    public void reap(ReapEntry entry) {}

    @Override
    public boolean hasRoomToReplay(int points, int ranges) {
      return true;
    }

    @Override
    public void carriedPoint(CarriedPoint point) {
      CarriedPoint copy = new CarriedPoint();
      copy.layer = point.layer;
      copy.lba = point.lba;
      copy.isUnverified = point.isUnverified;
      copy.entry.copyFrom(point.entry);
      points.add(copy);
    }

    @Override
    public void carriedRange(CarriedRange range) {
      CarriedRange copy = new CarriedRange();
      copy.layer = range.layer;
      copy.start = range.start;
      copy.end = range.end;
      copy.writeId = range.writeId;
      ranges.add(copy);
    }
  }
}
