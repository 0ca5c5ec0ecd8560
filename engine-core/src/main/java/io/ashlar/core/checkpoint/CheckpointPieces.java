package io.ashlar.core.checkpoint;

import io.ashlar.core.base.Crc32c;
import io.ashlar.core.device.DeviceStatus;
import io.ashlar.core.device.PolledDevice;
import io.ashlar.core.format.CheckpointPieceFlyweight;
import io.ashlar.core.format.CorruptRecordException;
import io.ashlar.core.format.Sectors;
import io.ashlar.core.format.Superblock;
import io.ashlar.core.format.Superblock.LaneGeometry;
import io.ashlar.core.format.Superblock.Pieces;
import java.util.ArrayList;
import java.util.List;
import org.agrona.BufferUtil;
import org.agrona.concurrent.UnsafeBuffer;

/// Reads a checkpoint's body back from its pieces, last to first.
public final class CheckpointPieces {
  /// Where one piece lies.
  ///
  /// @param address sector of the piece's head
  /// @param units what it takes on the device
  public record Place(long address, int generation, int units) {}

  /// Longest body that a checkpoint may have.
  private static final int BODY_BYTES_MAX = 1 << 30;

  private final PolledDevice device;
  private final Crc32c crc;
  private final Superblock root;
  private final UnsafeBuffer piece;
  private final CheckpointPieceFlyweight head = new CheckpointPieceFlyweight();
  private final List<Place> places = new ArrayList<>();

  public CheckpointPieces(PolledDevice device, Crc32c crc, Superblock root) {
    this.device = device;
    this.crc = crc;
    this.root = root;
    int bytes = CheckpointPieceFlyweight.HEAD_BYTES + CheckpointPieceFlyweight.DATA_BYTES;
    piece = new UnsafeBuffer(BufferUtil.allocateDirectAligned(bytes, 4096));
  }

  /// Bytes of body in piece `number`.
  static int dataBytes(int bodyBytes, int number) {
    int from = number * CheckpointPieceFlyweight.DATA_BYTES;
    return Math.min(CheckpointPieceFlyweight.DATA_BYTES, bodyBytes - from);
  }

  /// Pieces that a body takes.
  static int count(int bodyBytes) {
    int data = CheckpointPieceFlyweight.DATA_BYTES;
    return (bodyBytes + data - 1) / data;
  }

  /// Reads the body.
  ///
  /// @throws CorruptRecordException if any piece is not the one that was written
  public UnsafeBuffer read() throws CorruptRecordException {
    Pieces pieces = root.checkpoint();
    // A body longer than a quarter of the pool was never written; so much memory is not taken on
    // the word of a number.
    LaneGeometry geometry = root.geometry();
    long bodyBytesMax = (long) geometry.segments() * geometry.segmentBytes() / 4;
    if (pieces.bodyBytes() <= 0
        || pieces.bodyBytes() > Math.min(bodyBytesMax, BODY_BYTES_MAX)
        || pieces.count() != count(pieces.bodyBytes())) {
      throw new CorruptRecordException("the superblock's checkpoint makes no sense" + where(0));
    }
    UnsafeBuffer body = new UnsafeBuffer(new byte[pieces.bodyBytes()]);
    long address = pieces.address();
    int generation = pieces.generation();
    for (int number = pieces.count() - 1; number >= 0; number--) {
      int dataBytes = dataBytes(pieces.bodyBytes(), number);
      readPiece(address, number, dataBytes);
      body.putBytes(
          number * CheckpointPieceFlyweight.DATA_BYTES,
          piece,
          CheckpointPieceFlyweight.HEAD_BYTES,
          dataBytes);
      places.add(
          new Place(
              address, generation, (int) Sectors.holding(storedBytes(root.geometry(), dataBytes))));
      address = head.previous();
      generation = head.previousGeneration();
    }
    int actual = crc.of(body, 0, pieces.bodyBytes());
    if (actual != pieces.bodyCrc()) {
      throw new CorruptRecordException(
          "checkpoint %d checksum expected=%08x actual=%08x%s"
              .formatted(pieces.number(), pieces.bodyCrc(), actual, where(pieces.address())));
    }
    return body;
  }

  private void readPiece(long address, int number, int dataBytes) throws CorruptRecordException {
    int bytes = storedBytes(root.geometry(), dataBytes);
    if (!root.geometry().holdsAligned(address, bytes)) {
      throw new CorruptRecordException("a checkpoint piece is not on the device" + where(address));
    }
    DeviceStatus status = device.read(Sectors.toBytes(address), bytes, piece.addressOffset());
    if (status != DeviceStatus.OK) {
      throw new CorruptRecordException("reading failed with " + status + where(address));
    }
    if (!head.wrap(piece, 0).is(root.checkpoint().number(), number, dataBytes)) {
      throw new CorruptRecordException(
          "piece %d of checkpoint %d is not there%s"
              .formatted(number, root.checkpoint().number(), where(address)));
    }
  }

  /// What a piece with so much of the body takes on the device: it is read alone.
  public static int storedBytes(LaneGeometry geometry, int dataBytes) {
    return Sectors.align(
        CheckpointPieceFlyweight.HEAD_BYTES + dataBytes, geometry.alignmentBytes());
  }

  private String where(long address) {
    int segment = root.geometry().segmentOf(address);
    long offset =
        segment < 0 ? -1 : Sectors.toBytes(address) - root.geometry().segmentOffset(segment);
    return " at device %s segment %d offset %d".formatted(device.device().name(), segment, offset);
  }

  /// A complaint about the body, with the place of its last piece.
  public CorruptRecordException placed(CorruptRecordException complaint) {
    return new CorruptRecordException(complaint.getMessage() + where(root.checkpoint().address()));
  }

  /// Where the pieces lie that [#read] saw.
  public List<Place> places() {
    return places;
  }
}
