package io.ashlar.core.recovery;

import io.ashlar.core.base.Check;
import io.ashlar.core.base.Crc32c;
import io.ashlar.core.device.DeviceStatus;
import io.ashlar.core.device.PolledDevice;
import io.ashlar.core.format.CorruptRecordException;
import io.ashlar.core.format.GroupHeaderFlyweight;
import io.ashlar.core.format.GroupProof;
import io.ashlar.core.format.GroupProof.Verdict;
import io.ashlar.core.format.RecordFlyweight;
import io.ashlar.core.format.Superblock;
import io.ashlar.core.format.Superblock.LaneGeometry;
import io.ashlar.core.format.Superblock.StreamCursor;
import io.ashlar.core.segment.GroupRecords;
import io.ashlar.core.segment.GroupWindow;
import io.ashlar.core.segment.LogOptions;
import io.ashlar.core.segment.SegmentTable;
import io.ashlar.core.segment.Stream;
import java.nio.ByteBuffer;
import org.agrona.BufferUtil;
import org.agrona.concurrent.UnsafeBuffer;

/// Replays a lane's log from its checkpoint on. The three streams are merged by group sequence; the
/// log ends at the first sequence that cannot be read. Groups of an older epoch than the one before
/// them are left-overs of a tail that an earlier recovery cut off.
public final class LogReplay {
  private final LaneGeometry geometry;
  private final PolledDevice device;
  private final SegmentTable segments;
  private final Superblock root;
  private final GroupWindow[] windows = new GroupWindow[Stream.COUNT];
  private final int[] segment = new int[Stream.COUNT];
  private final int[] generation = new int[Stream.COUNT];
  private final int[] offset = new int[Stream.COUNT];
  private final TailEvidence evidence;
  private long expected;
  private int epochLast;
  private long groupsReplayed;

  /// @param segments as of the checkpoint; replay notes what was opened and sealed since
  public LogReplay(
      Superblock root, PolledDevice device, SegmentTable segments, LogOptions log, Crc32c crc) {
    this.root = root;
    this.device = device;
    this.segments = segments;
    geometry = root.geometry();
    expected = root.replayFrom();
    GroupProof proof = new GroupProof(crc, root.secret(), geometry.lane());
    int bytes = windowBytes(log, geometry);
    for (Stream stream : Stream.values()) {
      ByteBuffer memory = BufferUtil.allocateDirectAligned(bytes, 4096);
      windows[stream.code()] =
          new GroupWindow(new UnsafeBuffer(memory), geometry, proof, crc, log.metaHeaderBytes());
      StreamCursor cursor = root.cursors().get(stream.code());
      Check.that(cursor.segment() >= 0, "every stream has a segment", stream.code());
      segment[stream.code()] = cursor.segment();
      generation[stream.code()] = cursor.generation();
      offset[stream.code()] = cursor.offset();
    }
    evidence = new TailEvidence(device, segments, proof, bytes);
  }

  /// Memory of a window that holds any group.
  public static int windowBytes(LogOptions log, LaneGeometry geometry) {
    int longest = GroupHeaderFlyweight.HEADER_BYTES_MAX + log.groupPayloadBytesMax();
    return Math.min(longest, geometry.segmentBytes());
  }

  /// Opens the streams' segments as of the replay's start in a table that a checkpoint filled: the
  /// table was written a little later, so some of them may be sealed in it already, and segments
  /// that were opened in between are in it too; replay opens those anew.
  ///
  /// @throws CorruptRecordException if the superblock and the checkpoint contradict each other
  public static void openCursors(Superblock root, SegmentTable segments)
      throws CorruptRecordException {
    for (Stream stream : Stream.values()) {
      StreamCursor cursor = root.cursors().get(stream.code());
      if (!segments.mayReopen(cursor.segment(), cursor.generation())) {
        throw new CorruptRecordException(
            "the superblock's stream %s goes on in segment %d, which its checkpoint needs for something else, at segment %d offset %d"
                .formatted(stream, cursor.segment(), cursor.segment(), cursor.offset()));
      }
      segments.replayOpened(cursor.segment(), cursor.generation(), stream, 0);
    }
  }

  /// Replays everything.
  ///
  /// @throws CorruptRecordException if something that was durable is not there any more; the
  ///   message says what and where
  public void run(ReplaySink sink) throws CorruptRecordException {
    boolean more = true;
    while (more) {
      more = step(sink);
    }
  }

  private boolean step(ReplaySink sink) throws CorruptRecordException {
    int stream = findExpected();
    boolean found = stream >= 0;
    boolean payloadSound = found && windows[stream].payloadsSound();
    boolean durable = (!found || !payloadSound) && wasDurable();
    switch (TailCase.of(found, payloadSound, durable).action()) {
      case REPLAY -> take(stream, sink, false);
      case REPLAY_DAMAGED -> take(stream, sink, true);
      case REFUSE -> throw lostHeader();
      case END -> {
        return false;
      }
    }
    return true;
  }

  /// The stream whose next group has the expected sequence; of several, the one of the newest
  /// epoch.
  private int findExpected() throws CorruptRecordException {
    int best = -1;
    for (int s = 0; s < Stream.COUNT; s++) {
      if (isNext(s) && (best < 0 || windows[s].header().epoch() > windows[best].header().epoch())) {
        best = s;
      }
    }
    return best;
  }

  private boolean isNext(int s) throws CorruptRecordException {
    if (judge(s) != Verdict.SOUND) {
      return false;
    }
    GroupHeaderFlyweight header = windows[s].header();
    return header.sequence() == expected && header.epoch() >= leastEpoch(expected);
  }

  private int leastEpoch(long sequence) {
    return sequence >= root.cutSequence() ? Math.max(epochLast, root.epoch()) : epochLast;
  }

  private Verdict judge(int s) throws CorruptRecordException {
    GroupWindow window = windows[s];
    if (!window.holdsHeader(segment[s], offset[s])) {
      load(s);
    }
    Verdict verdict = window.judge(Stream.ofCode(s), generation[s], offset[s]);
    if (verdict == Verdict.SOUND && !window.holdsGroup()) {
      load(s);
      verdict = window.judge(Stream.ofCode(s), generation[s], offset[s]);
    }
    return verdict;
  }

  private void load(int s) throws CorruptRecordException {
    int bytes = windows[s].needs(offset[s]);
    long at = geometry.segmentOffset(segment[s]) + offset[s];
    DeviceStatus status = device.read(at, bytes, windows[s].address());
    if (status != DeviceStatus.OK) {
      throw new CorruptRecordException(
          "reading the log failed with %s at %s".formatted(status, place(s)));
    }
    windows[s].loaded(segment[s], offset[s], bytes);
  }

  private void take(int s, ReplaySink sink, boolean damaged) throws CorruptRecordException {
    GroupWindow window = windows[s];
    GroupHeaderFlyweight header = window.header();
    Check.that(header.sequence() == expected, "groups are replayed in order", expected);
    int end = offset[s] + window.groupBytes();
    segments.replayAppended(segment[s], end, expected, header.epochMillis());
    epochLast = header.epoch();
    evidence.seen(header.durableThrough());
    sink.replay(window, damaged);
    offset[s] = end;
    if (window.isSeal()) {
      follow(s, window, header.epochMillis());
    }
    expected++;
    groupsReplayed++;
  }

  private void follow(int s, GroupWindow window, long epochMillis) throws CorruptRecordException {
    GroupRecords records = window.records();
    records.next();
    RecordFlyweight seal = records.record();
    long next = seal.lba();
    if (next < 0 || next >= geometry.segments()) {
      throw new CorruptRecordException("a seal names no segment of this device at " + place(s));
    }
    if (!segments.mayReopen((int) next, (int) seal.argument())) {
      throw new CorruptRecordException(
          "the log goes on in segment %d, which the checkpoint needs for something else, at %s: the newest superblock is lost"
              .formatted(next, place(s)));
    }
    segments.replaySealed(segment[s]);
    segment[s] = (int) next;
    generation[s] = (int) seal.argument();
    offset[s] = 0;
    segments.replayOpened(segment[s], generation[s], Stream.ofCode(s), epochMillis);
  }

  private boolean wasDurable() throws CorruptRecordException {
    for (int s = 0; s < Stream.COUNT; s++) {
      evidence.collect(
          Stream.ofCode(s), segment[s], generation[s], offset[s], leastEpoch(expected));
    }
    return evidence.durableThrough() >= expected;
  }

  private CorruptRecordException lostHeader() {
    StringBuilder places = new StringBuilder();
    for (int s = 0; s < Stream.COUNT; s++) {
      places.append(s == 0 ? "" : ", ").append(place(s));
    }
    return new CorruptRecordException(
        ("group %d of the log was durable (a later header says so) and cannot be read; it was one of: %s. "
                + "Nothing was changed on the device: 'ashlar salvage' copies what is readable")
            .formatted(expected, places));
  }

  private String place(int s) {
    return "device %s segment %d offset %d (stream %s)"
        .formatted(device.device().name(), segment[s], offset[s], Stream.ofCode(s));
  }

  /// The sequence that the next group gets.
  public long sequenceNext() {
    return expected;
  }

  public long groupsReplayed() {
    return groupsReplayed;
  }

  /// The segment in which `stream` goes on.
  public int segment(Stream stream) {
    return segment[stream.code()];
  }

  /// Where in that segment.
  public int offset(Stream stream) {
    return offset[stream.code()];
  }
}
