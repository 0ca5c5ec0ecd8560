package io.ashlar.core.scrub;

import io.ashlar.core.base.Check;
import io.ashlar.core.device.DeviceRequest;
import io.ashlar.core.device.DeviceStatus;
import io.ashlar.core.device.SubmissionQueue;
import io.ashlar.core.format.BlockDescriptorFlyweight;
import io.ashlar.core.format.GroupProof.Verdict;
import io.ashlar.core.format.RecordFlyweight;
import io.ashlar.core.format.RecordType;
import io.ashlar.core.index.BlockIndex;
import io.ashlar.core.index.Liveness;
import io.ashlar.core.segment.GroupRecords;
import io.ashlar.core.segment.GroupWindow;
import io.ashlar.core.segment.LogWriter;
import io.ashlar.core.segment.SegmentState;
import io.ashlar.core.segment.SegmentTable;
import io.ashlar.core.segment.WindowLoad;

/// One pass over all segments that hold anything alive. Groups are read in order and every payload
/// is held against its checksum; only of what fails the index is asked whether anybody refers to
/// it, so that damage to what is dead is not reported. Goes on where it stopped; how fast is the
/// caller's business.
public final class Scrubber {
  /// What the scrubber is doing.
  public enum Phase {
    /// Nothing; moved on by [#start].
    IDLE,
    /// The next segment is to be found; moved on by [#doWork].
    SEGMENT,
    /// A piece of the segment is to be read; moved on by [#doWork].
    READ,
    /// The device reads it; moved on by the device.
    READING,
    /// What begins at the present offset is to be judged; moved on by [#doWork].
    JUDGE,
    /// The group's payloads are being checked; moved on by [#doWork].
    CHECK,
    /// The index is asked about one that failed; moved on by the suspect.
    ASKING
  }

  /// Payloads that one step checks: up to 128 KiB, about 20 µs.
  private static final int PAYLOADS_PER_STEP = 32;

  private static final int SEGMENTS_PER_STEP = 1024;

  /// Places that one step looks at for the next header behind a damaged one.
  private static final int UNITS_PER_STEP = 256;

  private static final int PIECE_BYTES = 128 * 1024;

  /// What is read at once where the device refused a whole piece.
  private static final int SMALL_PIECE_BYTES = 4096;

  /// Whether the newest checkpoint has a piece at a place.
  @FunctionalInterface
  public interface CheckpointPlaces {
    boolean holds(long address, int generation);
  }

  /// What the scrubber reads.
  public record Parts(
      SegmentTable segments,
      BlockIndex index,
      LogWriter log,
      SubmissionQueue device,
      CheckpointPlaces checkpoint) {}

  private final Parts parts;
  private final GroupWindow window;
  private final ScrubListener listener;
  private final WindowLoad load;
  private final Suspect suspect = new Suspect(this);
  private GroupRecords walk;
  private Phase phase = Phase.IDLE;
  private int segment;
  private int end;
  private int offset;
  private boolean isSeeking;

  /// Up to here the segment is read in small pieces.
  private int smallThrough;

  /// @param window room for the longest group, the scrubber's own
  public Scrubber(Parts parts, GroupWindow window, ScrubListener listener) {
    this.parts = parts;
    this.window = window;
    this.listener = listener;
    load =
        new WindowLoad(window, parts.segments.geometry(), parts.device, PIECE_BYTES, this::onRead);
    walk = new GroupRecords();
  }

  /// Starts a pass, or goes on with one.
  ///
  /// @param firstSegment where to begin
  public void start(int firstSegment) {
    Check.that(phase == Phase.IDLE, "one pass at a time");
    segment = firstSegment;
    phase = Phase.SEGMENT;
  }

  public boolean isIdle() {
    return phase == Phase.IDLE;
  }

  /// Whether the pass has seen every segment.
  public boolean isAtEnd() {
    return phase == Phase.IDLE && segment == parts.segments.geometry().segments();
  }

  /// Whether it waits for the device or the index.
  public boolean isWaiting() {
    return phase == Phase.READING || phase == Phase.ASKING;
  }

  /// Whether the next piece of work reads from the device.
  public boolean isAboutToRead() {
    return phase == Phase.READ;
  }

  /// The segment that is being checked: where to go on after a restart.
  public int segment() {
    return segment;
  }

  /// Bytes that were read since the start.
  public long bytesRead() {
    return load.bytesRead();
  }

  /// Stops as soon as nothing is under way: to be called until [#isIdle].
  public void stop() {
    if (phase != Phase.READING && phase != Phase.ASKING && phase != Phase.IDLE) {
      if (phase != Phase.SEGMENT) {
        parts.segments.unpin(segment);
      }
      phase = Phase.IDLE;
    }
  }

  /// Does a piece of work.
  ///
  /// @return 0 if there is nothing to do, or nothing that can be done now
  public int doWork() {
    switch (phase) {
      case SEGMENT -> findSegment();
      case READ -> startRead();
      case JUDGE -> judge();
      case CHECK -> check();
      case IDLE, READING, ASKING -> {
        return 0;
      }
    }
    return 1;
  }

  private void findSegment() {
    SegmentTable segments = parts.segments;
    int last = Math.min(segments.geometry().segments(), segment + SEGMENTS_PER_STEP);
    while (segment < last && !isWorthIt(segment)) {
      segment++;
    }
    if (segment == segments.geometry().segments()) {
      phase = Phase.IDLE;
    } else if (segment < last) {
      // Pinned, so that it is not opened anew while it is read.
      segments.pin(segment);
      end = segments.usedBytes(segment);
      offset = 0;
      load.restart();
      smallThrough = 0;
      isSeeking = false;
      phase = Phase.READ;
    }
  }

  /// Whether the segment holds anything alive, all of it durable.
  private boolean isWorthIt(int candidate) {
    SegmentState state = parts.segments.state(candidate);
    return (state == SegmentState.SEALED || state == SegmentState.OPEN)
        && parts.segments.liveUnits(candidate) > 0
        && parts.segments.lastSequence(candidate) <= parts.log.durableThrough();
  }

  private void startRead() {
    phase = Phase.READING;
    boolean isSmall = offset + load.loadedBytes() < smallThrough;
    load.readPiece(segment, offset, isSmall ? SMALL_PIECE_BYTES : PIECE_BYTES);
  }

  private void onRead(DeviceRequest request) {
    if (request.status != DeviceStatus.OK && request.length > SMALL_PIECE_BYTES) {
      // Most of it can be read, and not only a header's sectors may be bad.
      smallThrough = offset + load.loadedBytes() + (int) request.length;
      phase = Phase.READ;
      return;
    }
    if (request.status != DeviceStatus.OK) {
      listener.onReadFailed(request);
      // What was alive there fails its checksum and is reported by name.
      load.blank();
    }
    phase = load.onPiece(segment, offset) ? Phase.JUDGE : Phase.READ;
  }

  private void judge() {
    for (int units = 0; units < UNITS_PER_STEP; units++) {
      if (offset >= end) {
        parts.segments.unpin(segment++);
        phase = Phase.SEGMENT;
        return;
      }
      if (!window.holdsHeader(segment, offset)) {
        phase = Phase.READ;
        return;
      }
      if (judgeGroup()) {
        return;
      }
      if (!isSeeking) {
        isSeeking = true;
        listener.onHeaderDamaged(segment, offset);
      }
      offset += parts.segments.geometry().alignmentBytes();
    }
  }

  private boolean judgeGroup() {
    SegmentTable segments = parts.segments;
    Verdict verdict = window.judge(segments.stream(segment), segments.generation(segment), offset);
    if (verdict != Verdict.SOUND) {
      return false;
    }
    isSeeking = false;
    if (window.holdsGroup()) {
      walk = window.records();
      phase = walk.next() ? Phase.CHECK : nextGroup();
    } else {
      phase = Phase.READ;
    }
    return true;
  }

  private Phase nextGroup() {
    offset += window.groupBytes();
    return Phase.JUDGE;
  }

  private void check() {
    for (int payloads = 0; payloads < PAYLOADS_PER_STEP; payloads++) {
      if (!walk.record().type().hasBlocks()) {
        boolean isSound = window.payloadSound(walk);
        if (!isSound && suspectPayload()) {
          return;
        }
      } else if (walk.nextBlock()) {
        if (walk.block().length() > 0 && !window.blockSound(walk)) {
          suspectBlock();
          return;
        }
        continue;
      }
      if (!walk.next()) {
        phase = nextGroup();
        return;
      }
    }
  }

  /// @return whether the index has to be asked
  private boolean suspectPayload() {
    RecordFlyweight record = walk.record();
    if (record.type() == RecordType.CHECKPOINT) {
      if (parts.checkpoint.holds(walk.address(), parts.segments.generation(segment))) {
        listener.onCheckpointDamaged(walk.address());
      }
      return false;
    }
    if (record.type() != RecordType.PAGE) {
      // A change of the catalogue that the checkpoint holds as well.
      return false;
    }
    suspect.isPage = true;
    suspect.layer = record.layer();
    suspect.level = (int) record.argument();
    suspect.lba = record.lba();
    suspect.entry.clear();
    suspect.entry.place(walk.address(), 0, parts.segments.generation(segment));
    phase = Phase.ASKING;
    ask();
    return true;
  }

  private void suspectBlock() {
    RecordFlyweight record = walk.record();
    BlockDescriptorFlyweight block = walk.block();
    int index = walk.blockIndex();
    // Moved blocks are recorded one by one, so an index counts in both kinds of record.
    suspect.isPage = false;
    suspect.layer = record.layer();
    suspect.lba = record.lba() + index;
    suspect.entry.identity(record.layer(), record.writeId() + index);
    suspect.entry.place(walk.address(), walk.blockUnits(), parts.segments.generation(segment));
    suspect.entry.content(block.codec(), block.length(), block.checksum(), block.keyGeneration());
    phase = Phase.ASKING;
    ask();
  }

  void ask() {
    BlockIndex index = parts.index;
    Liveness answer =
        suspect.isPage
            ? index.isLivePage(
                suspect.layer,
                suspect.level,
                suspect.lba,
                suspect.entry.address(),
                suspect.entry.generation(),
                suspect)
            : index.isLiveBlock(suspect.layer, suspect.lba, suspect.entry, suspect);
    if (answer == Liveness.PENDING) {
      return;
    }
    if (answer == Liveness.LIVE) {
      report();
    }
    // A record with a payload is done; one with blocks may have more.
    boolean isDone = suspect.isPage && !walk.next();
    phase = isDone ? nextGroup() : Phase.CHECK;
  }

  private void report() {
    if (suspect.isPage) {
      listener.onPageDamaged(suspect.layer, suspect.level, suspect.lba, suspect.entry.address());
    } else {
      listener.onBlockDamaged(suspect.entry, suspect.lba);
    }
  }
}
