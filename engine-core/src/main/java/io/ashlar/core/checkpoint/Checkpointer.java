package io.ashlar.core.checkpoint;

import io.ashlar.core.base.Check;
import io.ashlar.core.base.Crc32c;
import io.ashlar.core.device.DeviceOperation;
import io.ashlar.core.device.DeviceRequest;
import io.ashlar.core.device.DeviceStatus;
import io.ashlar.core.device.SubmissionQueue;
import io.ashlar.core.format.CheckpointPieceFlyweight;
import io.ashlar.core.format.RecordType;
import io.ashlar.core.format.Sectors;
import io.ashlar.core.format.Superblock;
import io.ashlar.core.format.Superblock.Pieces;
import io.ashlar.core.format.Superblock.ScrubTimes;
import io.ashlar.core.format.Superblock.StreamCursor;
import io.ashlar.core.index.BlockIndex;
import io.ashlar.core.segment.LogWriter;
import io.ashlar.core.segment.MetaWriter;
import io.ashlar.core.segment.SegmentTable;
import io.ashlar.core.segment.Stream;
import java.util.ArrayList;
import java.util.List;
import org.agrona.BufferUtil;
import org.agrona.ExpandableDirectByteBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/// Makes checkpoints: merges the delta table into the trees, writes roots and tables to the log,
/// and then the superblock that names them. Until that is durable, the checkpoint before it counts,
/// and nothing that it needs is reused.
public final class Checkpointer {
  /// What a checkpoint is doing.
  public enum Phase {
    /// None is under way.
    IDLE,
    /// The index merges its frozen changes; moved on by [#doWork].
    MERGING,
    /// The body is being appended piece by piece; moved on by [#doWork].
    WRITING,
    /// The pieces, and all pages before them, are on their way to the device; moved on by
    /// [#doWork].
    SETTLING,
    /// The superblock is being written; moved on by the device.
    ROOT,
    /// The device refused the superblock; no checkpoint will follow.
    FAILED
  }

  /// Pages that one step may finish.
  private static final int MERGE_BUDGET = 8;

  /// What the checkpointer works on.
  public record Parts(
      SegmentTable segments,
      BlockIndex index,
      LogWriter log,
      MetaWriter meta,
      SubmissionQueue device,
      Crc32c crc) {}

  private final Parts parts;
  private final Iterable<CheckpointVolume> volumes;
  private final ExpandableDirectByteBuffer body = new ExpandableDirectByteBuffer(64 * 1024);
  private final CheckpointBodyWriter writer = new CheckpointBodyWriter(body);
  private final UnsafeBuffer piece;
  private final UnsafeBuffer rootMemory =
      new UnsafeBuffer(BufferUtil.allocateDirectAligned(Superblock.BYTES, 4096));
  private final DeviceRequest rootWrite = new DeviceRequest(this::onRootWritten);
  private List<CheckpointPieces.Place> places;
  private List<CheckpointPieces.Place> nextPlaces = new ArrayList<>();
  private List<StreamCursor> cursors = List.of();
  private Superblock root;
  private Superblock next;
  private ScrubTimes scrubTimes;
  private Phase phase = Phase.IDLE;
  private long number;
  private long replayFrom;
  private int bodyBytes;
  private int bodyCrc;
  private int pieceNumber;
  private boolean isClosing;
  private long completed;

  /// @param volumes the catalogue as it is whenever it is iterated
  /// @param root what the lane was opened with
  /// @param places where that root's checkpoint lies
  public Checkpointer(
      Parts parts,
      Iterable<CheckpointVolume> volumes,
      Superblock root,
      List<CheckpointPieces.Place> places) {
    this.parts = parts;
    this.volumes = volumes;
    this.root = root;
    this.places = places;
    next = root;
    scrubTimes = root.scrub();
    number = root.checkpoint().number();
    int bytes = CheckpointPieceFlyweight.HEAD_BYTES + CheckpointPieceFlyweight.DATA_BYTES;
    piece = new UnsafeBuffer(BufferUtil.allocateDirectAligned(bytes, 4096));
  }

  public Phase phase() {
    return phase;
  }

  /// The superblock that counts now.
  public Superblock root() {
    return root;
  }

  /// When scrubs began and ended, durable with the next superblock that is written.
  public ScrubTimes scrubTimes() {
    return scrubTimes;
  }

  public void scrubTimes(ScrubTimes times) {
    scrubTimes = times;
  }

  /// Whether a piece of the newest checkpoint lies at this place.
  public boolean holds(long address, int generation) {
    for (CheckpointPieces.Place place : places) {
      if (place.address() == address && place.generation() == generation) {
        return true;
      }
    }
    return false;
  }

  /// How many checkpoints have become durable since the start.
  public long completed() {
    return completed;
  }

  /// Starts a checkpoint of everything published so far.
  public void start() {
    Check.that(phase == Phase.IDLE, "one checkpoint at a time");
    replayFrom = parts.log.durableThrough() + 1;
    cursors =
        List.of(
            parts.log.cursor(Stream.USER),
            parts.log.cursor(Stream.COLD),
            parts.log.cursor(Stream.META));
    parts.index.freeze();
    isClosing = false;
    phase = Phase.MERGING;
  }

  /// As [#start] for the last one: the log holds nothing after it, and the superblock will say so.
  public void startClosing() {
    start();
    isClosing = true;
  }

  /// Does a piece of work.
  ///
  /// @return 0 if there is nothing to do, or nothing that can be done now
  public int doWork() {
    return switch (phase) {
      case IDLE, ROOT, FAILED -> 0;
      case MERGING -> merge();
      case WRITING -> writePiece();
      case SETTLING -> settle();
    };
  }

  private int merge() {
    int work = parts.index.mergeStep(MERGE_BUDGET);
    if (parts.index.isMerged()) {
      serialize();
      phase = Phase.WRITING;
      work++;
    }
    return work;
  }

  private void serialize() {
    for (CheckpointPieces.Place place : places) {
      parts.segments.countTree(place.address(), place.generation(), -place.units());
    }
    parts.segments.releaseDead(replayFrom);
    number++;
    bodyBytes = writer.write(number, parts.segments, parts.index, volumes);
    bodyCrc = parts.crc.of(body, 0, bodyBytes);
    pieceNumber = 0;
    nextPlaces = new ArrayList<>();
  }

  private int writePiece() {
    int dataBytes = CheckpointPieces.dataBytes(bodyBytes, pieceNumber);
    CheckpointPieces.Place previous =
        pieceNumber == 0 ? new CheckpointPieces.Place(0, 0, 0) : nextPlaces.get(pieceNumber - 1);
    CheckpointPieceFlyweight.encode(
        piece, 0, number, pieceNumber, previous.address(), previous.generation(), dataBytes);
    int head = CheckpointPieceFlyweight.HEAD_BYTES;
    piece.putBytes(head, body, pieceNumber * CheckpointPieceFlyweight.DATA_BYTES, dataBytes);
    int storedBytes = CheckpointPieces.storedBytes(root.geometry(), dataBytes);
    piece.setMemory(head + dataBytes, storedBytes - head - dataBytes, (byte) 0);
    boolean taken =
        parts.meta.append(
            RecordType.CHECKPOINT, 0, pieceNumber, previous.address(), piece, storedBytes);
    if (!taken) {
      return 0;
    }
    int units = (int) Sectors.holding(storedBytes);
    nextPlaces.add(
        new CheckpointPieces.Place(parts.meta.address(), parts.meta.generation(), units));
    parts.segments.countTree(parts.meta.address(), parts.meta.generation(), units);
    pieceNumber++;
    if (pieceNumber == CheckpointPieces.count(bodyBytes)) {
      parts.log.flush(Stream.META);
      phase = Phase.SETTLING;
    }
    return 1;
  }

  private int settle() {
    boolean settled =
        parts.log.isFlushed(Stream.META)
            && parts.log.durableThrough() >= parts.log.sequenceNext() - 1;
    if (!settled && !piecesDurable()) {
      return 0;
    }
    writeRoot();
    return 1;
  }

  private boolean piecesDurable() {
    for (CheckpointPieces.Place place : nextPlaces) {
      if (parts.log.isPending(place.address(), place.generation())) {
        return false;
      }
    }
    return true;
  }

  private void writeRoot() {
    CheckpointPieces.Place last = nextPlaces.get(nextPlaces.size() - 1);
    Pieces pieces =
        new Pieces(
            last.address(), last.generation(), nextPlaces.size(), bodyBytes, bodyCrc, number);
    next =
        new Superblock(
            root.generation() + 1,
            root.device(),
            root.cluster(),
            root.secret(),
            root.geometry(),
            root.epoch(),
            isClosing,
            replayFrom,
            root.cutSequence(),
            pieces,
            cursors,
            scrubTimes);
    next.encode(rootMemory, 0, parts.crc);
    rootWrite.operation = DeviceOperation.WRITE_DURABLE;
    rootWrite.offset = SuperblockSlots.offsetOf(next);
    rootWrite.length = Superblock.BYTES;
    rootWrite.address = rootMemory.addressOffset();
    phase = Phase.ROOT;
    parts.device.submit(rootWrite);
  }

  private void onRootWritten(DeviceRequest request) {
    if (request.status != DeviceStatus.OK) {
      phase = Phase.FAILED;
      return;
    }
    root = next;
    places = nextPlaces;
    parts.index.onCheckpointDurable();
    parts.segments.freeReleased(root.replayFrom());
    completed++;
    phase = Phase.IDLE;
  }

  /// How the superblock's write failed; meaningful in [Phase#FAILED].
  public DeviceRequest failure() {
    return rootWrite;
  }
}
