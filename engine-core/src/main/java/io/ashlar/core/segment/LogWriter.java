package io.ashlar.core.segment;

import io.ashlar.core.base.Check;
import io.ashlar.core.base.Clock;
import io.ashlar.core.base.Crc32c;
import io.ashlar.core.device.BlockDevice;
import io.ashlar.core.device.DeviceOperation;
import io.ashlar.core.device.DeviceRequest;
import io.ashlar.core.device.DeviceStatus;
import io.ashlar.core.format.GroupHeaderFlyweight;
import io.ashlar.core.format.GroupProof;
import io.ashlar.core.format.RecordType;
import io.ashlar.core.format.Sectors;
import io.ashlar.core.format.Superblock.StreamCursor;
import java.nio.ByteBuffer;
import java.util.function.Consumer;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/// Appends groups to the lane's three streams and makes them durable. Many records go into one
/// group and one durable device write; groups are numbered when they are closed, and
/// [LogListener#onDurable] runs in that order whatever order the device finishes in.
public final class LogWriter {
  /// What a group takes beyond its payload, at most.
  public static final int GROUP_OVERHEAD_BYTES = GroupHeaderFlyweight.HEADER_BYTES_MAX + 4096;

  /// The end of a segment is filled with a group unless the rest is a smaller part of the longest
  /// group.
  private static final int GROUP_PART_MIN = 128;

  private static final int WINDOW = 32;

  /// A group of so many times the alignment is worth its header, which takes one.
  private static final int WORTHY_BLOCKS = 8;

  private final LogOptions options;
  private final LogIdentity identity;
  private final SegmentTable segments;
  private final BlockDevice device;
  private final GroupProof proof;
  private final Clock clock;
  private final LogListener listener;
  private final int alignmentBytes;
  private final Group[] pool;
  private final @Nullable Group[] building = new Group[Stream.COUNT];
  private final int[] inFlight = new int[Stream.COUNT];
  private final int[] segment = {-1, -1, -1};
  private final int[] position = new int[Stream.COUNT];
  private final boolean[] flushWanted = new boolean[Stream.COUNT];
  private final @Nullable Group[] window = new Group[WINDOW];
  private long sequenceNext;
  private long durableThrough;
  private long submittedThrough;
  private long markedThrough;
  private boolean failed;
  private long userGapNs;
  private long userClosedNs;
  private final long[] bytesWritten = new long[Stream.COUNT];
  private long groupsWritten;

  /// Everything that the writer works with.
  public record Parts(
      SegmentTable segments, BlockDevice device, Crc32c crc, Clock clock, LogListener listener) {}

  /// @param memory room for [#memoryBytes], aligned for the device
  /// @param sequenceNext number of the first group
  public LogWriter(
      LogOptions options, LogIdentity identity, Parts parts, ByteBuffer memory, long sequenceNext) {
    this.options = options;
    this.identity = identity;
    this.segments = parts.segments;
    this.device = parts.device;
    this.clock = parts.clock;
    this.listener = parts.listener;
    this.sequenceNext = sequenceNext;
    durableThrough = sequenceNext - 1;
    submittedThrough = durableThrough;
    markedThrough = durableThrough;
    alignmentBytes = segments.geometry().alignmentBytes();
    proof = new GroupProof(parts.crc, identity.secret(), identity.lane());
    int groupBytes = Group.memoryBytes(options.groupPayloadBytesMax());
    Check.that(
        2L * groupBytes <= segments.geometry().segmentBytes(), "a segment holds a few groups");
    pool = new Group[options.groups()];
    Check.that(pool.length < WINDOW, "all groups fit the window", pool.length);
    for (int i = 0; i < pool.length; i++) {
      UnsafeBuffer part = new UnsafeBuffer(memory, i * groupBytes, groupBytes);
      pool[i] = new Group(part, alignmentBytes, new DeviceRequest(this::onWritten));
    }
  }

  /// How much memory a writer with these options needs.
  public static int memoryBytes(LogOptions options) {
    return options.groups() * Group.memoryBytes(options.groupPayloadBytesMax());
  }

  /// Lets a stream go on where recovery found its end. Before the first record.
  public void resume(Stream stream, int openSegment, int offset) {
    segment[stream.code()] = openSegment;
    position[stream.code()] = offset;
  }

  /// The group of `stream` that takes records now.
  ///
  /// @return null if there is none: all groups are in flight, or no segment is free
  public @Nullable Group building(Stream stream) {
    int s = stream.code();
    Group group = building[s];
    if (group != null || failed) {
      return failed ? null : group;
    }
    boolean fixed = stream == Stream.META;
    if (fixed && !makeRoom(stream, metaGroupBytesMax())) {
      return null;
    }
    Group idle = idleGroup();
    if (idle == null) {
      return null;
    }
    idle.begin(stream, fixed ? options.metaHeaderBytes() : 0, bytesLimit(stream));
    if (fixed) {
      place(idle, s);
    }
    building[s] = idle;
    return idle;
  }

  /// What a new group may take: as much as the rest of its segment, unless that is hardly anything.
  private int bytesLimit(Stream stream) {
    if (stream == Stream.META) {
      return metaGroupBytesMax();
    }
    long room = roomBytes(stream);
    int most = Group.memoryBytes(options.groupPayloadBytesMax());
    boolean worthIt = room >= most / GROUP_PART_MIN;
    return worthIt ? (int) Math.min(room, most) : most;
  }

  /// As [#building] if that group has the room, else closes it where possible and asks again once.
  ///
  /// @return null: try again after [#doWork]
  public @Nullable Group buildingWithRoom(Stream stream, int blocks, int paddedPayloadBytes) {
    Group group = building(stream);
    if (group != null && !group.hasRoom(blocks, paddedPayloadBytes) && !group.isEmpty()) {
      group = close(stream) ? building(stream) : null;
    }
    if (group != null && !group.hasRoom(blocks, paddedPayloadBytes)) {
      group.liftLimit();
      Check.that(
          group.hasRoom(blocks, paddedPayloadBytes),
          "any record fits an empty group",
          paddedPayloadBytes);
    }
    return group;
  }

  /// Asks for what is building in `stream` to be written even though it is not full.
  public void flush(Stream stream) {
    flushWanted[stream.code()] = building[stream.code()] != null;
  }

  /// Whether nothing that was appended to `stream` still waits to be closed.
  public boolean isFlushed(Stream stream) {
    Group group = building[stream.code()];
    return group == null || group.isEmpty();
  }

  /// Keeps groups of hosts' writes that are small beside their header apart, so that more writes
  /// share one: for times when room is dear. Only while another is at the device: a host that
  /// writes one block at a time waits for nobody.
  ///
  /// @param nanoseconds at most from the close of one group to the next; 0 to close them at once
  public void userGroupGap(long nanoseconds) {
    userGapNs = nanoseconds;
  }

  /// When a group is to be closed though nothing happens.
  public long deadlineNs() {
    return isHeldBack() ? userClosedNs + userGapNs : Long.MAX_VALUE;
  }

  private boolean mayClose() {
    return !isHeldBack() || clock.nanoTime() - userClosedNs >= userGapNs;
  }

  private boolean isHeldBack() {
    Group user = building[Stream.USER.code()];
    return userGapNs > 0
        && inFlight[Stream.USER.code()] > 0
        && user != null
        && !user.isEmpty()
        && user.closedBytes() < WORTHY_BLOCKS * alignmentBytes;
  }

  /// Closes and submits what can be. Host writes go whenever the device has room for another group,
  /// unless they are to wait for more by [#userGroupGap]; the background streams wait until their
  /// group is full or flushed.
  public int doWork() {
    int work = 0;
    Group user = building[Stream.USER.code()];
    if (user != null && !user.isEmpty() && mayClose()) {
      work += close(Stream.USER) ? 1 : 0;
    }
    work += flushIfWanted(Stream.COLD) + flushIfWanted(Stream.META);
    submitPending();
    return work;
  }

  private int flushIfWanted(Stream stream) {
    int s = stream.code();
    if (!flushWanted[s] || !close(stream)) {
      return 0;
    }
    flushWanted[s] = false;
    return 1;
  }

  /// Writes the durable-through mark alone, if groups became durable that no header says of. For
  /// idle moments.
  ///
  /// @return whether a mark was written
  public boolean markIfNeeded() {
    if (failed || markedThrough >= durableThrough || durableThrough != sequenceNext - 1) {
      return false;
    }
    Group group = building(Stream.USER);
    if (group == null || !group.isEmpty()) {
      return false;
    }
    group.record(RecordType.MARK, 0, 0, 0, 0);
    boolean closed = close(Stream.USER);
    if (closed) {
      // The mark itself needs none: nothing is lost with it.
      markedThrough = sequenceNext - 1;
    }
    return closed;
  }

  /// Whether a mark remains to be written.
  public boolean needsMark() {
    return !failed && markedThrough < durableThrough;
  }

  private boolean close(Stream stream) {
    int s = stream.code();
    Group group = building[s];
    int limit =
        stream == Stream.USER
            ? options.userGroupsInFlightMax()
            : LogOptions.BACKGROUND_GROUPS_IN_FLIGHT_MAX;
    if (failed || group == null || group.isEmpty() || inFlight[s] >= limit) {
      return false;
    }
    if (stream != Stream.META) {
      if (!makeRoom(stream, group.closedBytes())) {
        return false;
      }
      place(group, s);
    }
    building[s] = null;
    send(group);
    return true;
  }

  private void place(Group group, int s) {
    group.place(segment[s], segments.generation(segment[s]), position[s]);
  }

  private void send(Group group) {
    int s = group.stream().code();
    long sequence = sequenceNext++;
    long now = clock.epochMillis();
    int length = group.closedBytes();
    GroupHeaderFlyweight header = group.close(sequence, durableThrough, identity.epoch(), now);
    header.identity(identity.secret(), identity.lane(), s);
    header.checksum(proof.checksumOf(header.buffer(), header.headerBytes()));
    Check.that(group.offset() == position[s], "groups follow each other", group.offset());
    position[s] += length;
    segments.appended(segment[s], position[s], sequence, now);
    inFlight[s]++;
    bytesWritten[s] += length;
    if (group.stream() == Stream.USER && userGapNs > 0) {
      userClosedNs = clock.nanoTime();
    }
    groupsWritten++;
    markedThrough = durableThrough;
    DeviceRequest write = group.write;
    write.operation = DeviceOperation.WRITE_DURABLE;
    write.address = group.closedAddress();
    write.length = length;
    write.offset = segments.geometry().segmentOffset(group.segment()) + group.offset();
    int slot = (int) sequence & (WINDOW - 1);
    Check.that(window[slot] == null, "window has room", sequence);
    window[slot] = group;
    submitPending();
  }

  private void submitPending() {
    while (!failed && submittedThrough < sequenceNext - 1) {
      Group next = window[(int) (submittedThrough + 1) & (WINDOW - 1)];
      Group group = Check.present(next, "closed groups are in the window");
      if (!device.submit(group.write)) {
        return;
      }
      submittedThrough++;
    }
  }

  /// Makes sure that the stream's segment has room for a group of `bytes` and for the seal after
  /// it; seals it and opens another if not.
  private boolean makeRoom(Stream stream, int bytes) {
    int s = stream.code();
    int segmentBytes = segments.geometry().segmentBytes();
    if (segment[s] >= 0 && position[s] + bytes + alignmentBytes <= segmentBytes) {
      return true;
    }
    int reserve =
        switch (stream) {
          case USER -> options.reservedSegments();
          // The last one is the cleaner's: with it, it makes more.
          case META -> 1;
          case COLD -> 0;
        };
    Group seal = segment[s] >= 0 ? idleGroup() : null;
    boolean canSeal = segment[s] < 0 || seal != null;
    if (!canSeal || segments.free().count() <= reserve) {
      return false;
    }
    int next = segments.open(stream, clock.epochMillis());
    if (seal != null) {
      seal.begin(stream, 0, alignmentBytes);
      place(seal, s);
      seal.record(RecordType.SEAL, 0, 0, next, segments.generation(next));
      send(seal);
      segments.seal(segment[s]);
    }
    segment[s] = next;
    position[s] = 0;
    return true;
  }

  private int metaGroupBytesMax() {
    return options.metaHeaderBytes() + options.metaPayloadBytesMax();
  }

  private @Nullable Group idleGroup() {
    for (Group group : pool) {
      if (group.state == Group.State.IDLE) {
        return group;
      }
    }
    return null;
  }

  private void onWritten(DeviceRequest request) {
    Group written = (Group) Check.present(request.attachment, "a group's write knows its group");
    if (failed) {
      return;
    }
    if (request.status != DeviceStatus.OK) {
      failed = true;
      listener.onFailed(written, request);
      return;
    }
    written.state = Group.State.WRITTEN;
    publishInOrder();
  }

  private void publishInOrder() {
    while (durableThrough < submittedThrough) {
      int slot = (int) (durableThrough + 1) & (WINDOW - 1);
      Group group = window[slot];
      if (group == null || group.state != Group.State.WRITTEN) {
        return;
      }
      window[slot] = null;
      durableThrough++;
      inFlight[group.stream().code()]--;
      listener.onDurable(group);
      group.recycle();
    }
  }

  /// Bytes left in the stream's segment beyond what is building.
  public long roomBytes(Stream stream) {
    int s = stream.code();
    Group group = building[s];
    long built = group == null || stream == Stream.META ? 0 : group.closedBytes();
    return segment[s] < 0
        ? 0
        : segments.geometry().segmentBytes() - position[s] - built - alignmentBytes;
  }

  /// Where replay of `stream` must begin so as to see every group that is not yet published.
  public StreamCursor cursor(Stream stream) {
    int s = stream.code();
    for (long sequence = durableThrough + 1; sequence < sequenceNext; sequence++) {
      Group group = window[(int) sequence & (WINDOW - 1)];
      if (group != null && group.stream() == stream) {
        return new StreamCursor(group.segment(), group.generation(), group.offset());
      }
    }
    return segment[s] < 0
        ? StreamCursor.NONE
        : new StreamCursor(segment[s], segments.generation(segment[s]), position[s]);
  }

  /// Whether the device may not hold the bytes at `address` yet: they are in a group that is
  /// building or in flight.
  public boolean isPending(long address, int generation) {
    for (Group group : pool) {
      if (group.state != Group.State.IDLE
          && group.generation() == generation
          && group.segment() == segments.geometry().segmentOf(address)
          && Sectors.toBytes(address) - segments.geometry().segmentOffset(group.segment())
              >= group.offset()) {
        return true;
      }
    }
    return false;
  }

  /// Copies payload out of a group that is not published, for readers of what the device may never
  /// hold.
  ///
  /// @param to address of room for `bytes`
  /// @return false if no group holds it
  public boolean recall(long address, int generation, int bytes, long to) {
    int holder = segments.geometry().segmentOf(address);
    long offset = Sectors.toBytes(address) - segments.geometry().segmentOffset(holder);
    for (Group group : pool) {
      if (group.state != Group.State.IDLE
          && group.segment() == holder
          && group.generation() == generation
          && group.copyPayload((int) offset, bytes, to)) {
        return true;
      }
    }
    return false;
  }

  public long durableThrough() {
    return durableThrough;
  }

  /// Number that the next closed group gets.
  public long sequenceNext() {
    return sequenceNext;
  }

  public boolean isFailed() {
    return failed;
  }

  /// Whether nothing is building or in flight.
  public boolean isQuiet() {
    for (Group group : pool) {
      if (group.state != Group.State.IDLE
          && !(group.state == Group.State.BUILDING && group.isEmpty())) {
        return false;
      }
    }
    return true;
  }

  /// Ends for good: hands every group that was not published to `each`, so that its requests can be
  /// told.
  public void failAll(Consumer<Group> each) {
    failed = true;
    for (Group group : pool) {
      if (group.state != Group.State.IDLE) {
        each.accept(group);
      }
    }
  }

  /// Bytes of groups that were given to the device, headers included.
  public long bytesWritten() {
    return bytesWritten(Stream.USER) + bytesWritten(Stream.COLD) + bytesWritten(Stream.META);
  }

  public long bytesWritten(Stream stream) {
    return bytesWritten[stream.code()];
  }

  public long groupsWritten() {
    return groupsWritten;
  }
}
