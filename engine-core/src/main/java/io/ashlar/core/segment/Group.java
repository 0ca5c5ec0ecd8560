package io.ashlar.core.segment;

import io.ashlar.core.base.Check;
import io.ashlar.core.device.DeviceRequest;
import io.ashlar.core.format.BlockDescriptorFlyweight;
import io.ashlar.core.format.GroupHeaderFlyweight;
import io.ashlar.core.format.RecordFlyweight;
import io.ashlar.core.format.RecordType;
import io.ashlar.core.format.Sectors;
import io.ashlar.core.volume.BlockRequest;
import org.agrona.UnsafeApi;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/// One group under construction or in flight: its memory, its records, and the requests that wait
/// for it. The header grows at the front of the memory and is moved against the payload when the
/// group is closed, so that both go to the device in one write.
///
/// ```
/// memory: | header grows → | … 16 KiB | payload grows → |
/// closed:      | … header | padding   | payload         |
/// ```
///
/// Where the padding is less than the device's alignment, the payload moves instead.
public final class Group {
  /// What a group is doing.
  enum State {
    /// In the writer's pool.
    IDLE,
    /// Takes records.
    BUILDING,
    /// Closed, numbered, and with the device or waiting for it.
    IN_FLIGHT,
    /// On the device; its turn to be published has not come.
    WRITTEN
  }

  private static final int PAYLOAD_OFFSET = GroupHeaderFlyweight.HEADER_BYTES_MAX;

  private final UnsafeBuffer memory;
  private final int alignmentBytes;
  private final int payloadBytesMax;
  private final GroupHeaderFlyweight header = new GroupHeaderFlyweight();
  private final RecordFlyweight record = new RecordFlyweight();
  private final BlockDescriptorFlyweight descriptor = new BlockDescriptorFlyweight();
  final DeviceRequest write;

  State state = State.IDLE;
  private Stream stream = Stream.USER;
  private int segment = -1;
  private int generation;
  private int offset;
  private int fixedHeaderBytes;
  private int closedBytesLimit;
  private int headerBytes;
  private int payloadBytes;
  private int records;
  private int openRecordOffset;
  private int openPayloadOffset;
  private int paddedHeaderBytes;
  private int closedOffset;
  private int firstPayload;
  private long sequence;
  private @Nullable BlockRequest firstWaiting;
  private @Nullable BlockRequest lastWaiting;

  /// @param memory header and payload space, aligned for the device
  Group(UnsafeBuffer memory, int alignmentBytes, DeviceRequest write) {
    this.memory = memory;
    this.alignmentBytes = alignmentBytes;
    this.write = write;
    payloadBytesMax = memory.capacity() - PAYLOAD_OFFSET;
    write.attachment = this;
  }

  static int memoryBytes(int payloadBytesMax) {
    return PAYLOAD_OFFSET + payloadBytesMax;
  }

  /// @param fixedHeaderBytes padded length that the header will have on the device, known
  ///   beforehand so that addresses are; 0 to use as little as it takes
  /// @param closedBytesLimit most that it may take on the device
  void begin(Stream stream, int fixedHeaderBytes, int closedBytesLimit) {
    Check.that(state == State.IDLE, "group is free to begin");
    this.stream = stream;
    this.fixedHeaderBytes = fixedHeaderBytes;
    this.closedBytesLimit = closedBytesLimit;
    state = State.BUILDING;
    headerBytes = GroupHeaderFlyweight.BYTES;
    payloadBytes = 0;
    firstPayload = PAYLOAD_OFFSET;
    records = 0;
    segment = -1;
  }

  void place(int segment, int generation, int offset) {
    this.segment = segment;
    this.generation = generation;
    this.offset = offset;
  }

  /// Whether a record with so many descriptors and so much padded payload still fits.
  public boolean hasRoom(int blocks, int paddedPayloadBytes) {
    int limit = fixedHeaderBytes > 0 ? fixedHeaderBytes : GroupHeaderFlyweight.HEADER_BYTES_MAX;
    int header = headerBytes + RecordFlyweight.descriptorOffset(blocks);
    int payload = payloadBytes + paddedPayloadBytes;
    return header <= limit
        && payload <= payloadBytesMax
        && closedBytes(header, payload) <= closedBytesLimit;
  }

  /// Lifts the limit that [#begin] set: the group will begin a new segment if it does not fit this
  /// one.
  void liftLimit() {
    closedBytesLimit = memory.capacity();
  }

  public boolean isEmpty() {
    return records == 0;
  }

  /// Starts a record; its descriptors or payload follow by [#block] or [#payload].
  public void record(RecordType type, int layer, long writeId, long lba, long argument) {
    openRecordOffset = headerBytes;
    openPayloadOffset = payloadStart();
    record.wrap(memory, headerBytes);
    record.head(type, 0, layer).place(writeId, lba, argument).payload(0, 0);
    headerBytes += RecordFlyweight.BYTES;
    records++;
  }

  /// Where in [#memory] the first payload is.
  public int firstPayload() {
    return firstPayload;
  }

  /// The memory to put the next payload into.
  public UnsafeBuffer memory() {
    return memory;
  }

  /// Where in [#memory] the next payload begins.
  public int payloadStart() {
    return firstPayload + payloadBytes;
  }

  /// Adds a block, whose stored bytes lie at [#payloadStart] already, to the record begun last.
  public void block(int crc, int storedBytes, int codec, int keyGeneration) {
    descriptor.wrap(memory, headerBytes).set(crc, storedBytes, codec, keyGeneration);
    headerBytes += BlockDescriptorFlyweight.BYTES;
    record.wrap(memory, openRecordOffset);
    record.head(record.type(), record.blocks() + 1, record.layer());
    pad(storedBytes);
  }

  /// Gives the record begun last its one payload, which lies at [#payloadStart] already.
  public void payload(int bytes, int crc) {
    record.wrap(memory, openRecordOffset).payload(bytes, crc);
    pad(bytes);
  }

  /// Wraps `view` around the record begun last, with all that was added to it; good until the group
  /// is closed.
  public SealedRecord lastRecord(SealedRecord view) {
    int head = headerBytes - openRecordOffset;
    int payload = payloadStart() - openPayloadOffset;
    return view.wrap(memory, openRecordOffset, head, openPayloadOffset, payload);
  }

  private void pad(int bytes) {
    int padded = Sectors.align(bytes, Sectors.BYTES);
    memory.setMemory(payloadStart() + bytes, padded - bytes, (byte) 0);
    payloadBytes += padded;
  }

  /// Lets `request` complete when this group is durable. Requests complete in the order of these
  /// calls.
  public void await(BlockRequest request) {
    request.next = null;
    if (lastWaiting == null) {
      firstWaiting = request;
    } else {
      lastWaiting.next = request;
    }
    lastWaiting = request;
  }

  /// Hands over the waiting requests, linked by `next`.
  public @Nullable BlockRequest takeWaiting() {
    BlockRequest first = firstWaiting;
    firstWaiting = null;
    lastWaiting = null;
    return first;
  }

  /// Bytes that the group takes on the device if closed now; before it is placed, at most.
  int closedBytes() {
    return closedBytes(headerBytes, payloadBytes);
  }

  private int closedBytes(int header, int payload) {
    return GroupHeaderFlyweight.groupBytes(paddedHeader(header, payload), payload, alignmentBytes);
  }

  private int paddedHeader(int header, int payload) {
    if (fixedHeaderBytes > 0) {
      return fixedHeaderBytes;
    }
    return segment < 0
        ? GroupHeaderFlyweight.paddedBytesMax(header, payload, alignmentBytes)
        : GroupHeaderFlyweight.paddedBytes(offset, header, payload, alignmentBytes);
  }

  /// Numbers the group and makes its bytes final but for the checksum.
  GroupHeaderFlyweight close(long sequence, long durableThrough, int epoch, long epochMillis) {
    Check.that(state == State.BUILDING && segment >= 0, "a group is placed before it is closed");
    this.sequence = sequence;
    paddedHeaderBytes = paddedHeader(headerBytes, payloadBytes);
    int start = PAYLOAD_OFFSET - Sectors.align(paddedHeaderBytes, alignmentBytes);
    if (start > 0) {
      memory.putBytes(start, memory, 0, headerBytes);
    }
    memory.setMemory(start + headerBytes, paddedHeaderBytes - headerBytes, (byte) 0);
    closedOffset = start;
    movePayload(start + paddedHeaderBytes);
    header.wrap(memory, start, headerBytes);
    header.order(sequence, durableThrough, epoch, generation);
    header.shape(headerBytes, payloadBytes, records).time(epochMillis);
    state = State.IN_FLIGHT;
    return header;
  }

  /// Moves the payload to `to`, which is where it is already unless the header is shorter than the
  /// device's alignment, and pads it.
  private void movePayload(int to) {
    if (to != firstPayload) {
      memory.putBytes(to, memory, firstPayload, payloadBytes);
      firstPayload = to;
    }
    int end = firstPayload + payloadBytes;
    memory.setMemory(end, Sectors.align(end, alignmentBytes) - end, (byte) 0);
  }

  void recycle() {
    Check.that(firstWaiting == null, "nobody waits for a group that is gone");
    state = State.IDLE;
  }

  /// The closed header, records included.
  public GroupHeaderFlyweight header() {
    return header;
  }

  public Stream stream() {
    return stream;
  }

  public long sequence() {
    return sequence;
  }

  public int segment() {
    return segment;
  }

  public int generation() {
    return generation;
  }

  /// First byte of the group within its segment.
  public int offset() {
    return offset;
  }

  /// First byte of the payload within the segment.
  public int payloadOffset() {
    int header =
        state == State.BUILDING ? paddedHeader(headerBytes, payloadBytes) : paddedHeaderBytes;
    return offset + header;
  }

  /// Where within the segment the next payload will lie; only of a placed group with a fixed
  /// header.
  int nextPayloadOffset() {
    Check.that(segment >= 0 && fixedHeaderBytes > 0, "the place is known beforehand");
    return offset + fixedHeaderBytes + payloadBytes;
  }

  /// Copies payload that lies at `from` within the segment, if it is of this group.
  boolean copyPayload(int from, int bytes, long to) {
    int within = from - payloadOffset();
    boolean holds = within >= 0 && within + bytes <= payloadBytes;
    if (holds) {
      UnsafeApi.copyMemory(memory.addressOffset() + firstPayload + within, to, bytes);
    }
    return holds;
  }

  long closedAddress() {
    return memory.addressOffset() + closedOffset;
  }
}
