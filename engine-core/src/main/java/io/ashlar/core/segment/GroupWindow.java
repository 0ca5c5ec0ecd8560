package io.ashlar.core.segment;

import io.ashlar.core.base.Check;
import io.ashlar.core.base.Crc32c;
import io.ashlar.core.format.GroupHeaderFlyweight;
import io.ashlar.core.format.GroupProof;
import io.ashlar.core.format.GroupProof.Verdict;
import io.ashlar.core.format.RecordFlyweight;
import io.ashlar.core.format.RecordType;
import io.ashlar.core.format.Superblock.LaneGeometry;
import org.agrona.concurrent.UnsafeBuffer;

/// A piece of one segment in memory, and the group that begins at some offset of it. Whoever uses
/// it reads the piece from the device: [#needs] says what must be there, [#loaded] that it is.
public final class GroupWindow {
  private final UnsafeBuffer memory;
  private final LaneGeometry geometry;
  private final GroupProof proof;
  private final Crc32c crc;
  private final GroupHeaderFlyweight header = new GroupHeaderFlyweight();
  private final GroupRecords records;
  private final int metaHeaderBytes;
  private int segment = -1;
  private int from;
  private int length;
  private int offset;
  private int paddedHeaderBytes;

  /// @param memory room for the longest group, aligned for the device
  /// @param metaHeaderBytes see [LogOptions#metaHeaderBytes]
  public GroupWindow(
      UnsafeBuffer memory,
      LaneGeometry geometry,
      GroupProof proof,
      Crc32c crc,
      int metaHeaderBytes) {
    this.memory = memory;
    this.geometry = geometry;
    this.proof = proof;
    this.crc = crc;
    this.metaHeaderBytes = metaHeaderBytes;
    records = new GroupRecords();
  }

  /// Bytes to read so as to see what begins at `offset`: as many as fit, up to the segment's end.
  public int needs(int offset) {
    return Math.min(memory.capacity(), geometry.segmentBytes() - offset);
  }

  public long address() {
    return memory.addressOffset();
  }

  /// Says that memory now holds `length` bytes of `segment` from `from` on.
  public void loaded(int segment, int from, int length) {
    this.segment = segment;
    this.from = from;
    this.length = length;
  }

  /// Whether a header at `offset` would lie in memory, as far as the segment goes.
  public boolean holdsHeader(int segment, int offset) {
    int end = Math.min(offset + GroupHeaderFlyweight.HEADER_BYTES_MAX, geometry.segmentBytes());
    return this.segment == segment && offset >= from && end <= from + length;
  }

  /// Judges what begins at `offset`; everything below is about that group if it is [Verdict#SOUND].
  public Verdict judge(Stream stream, int generation, int offset) {
    Check.that(holdsHeader(segment, offset), "header was loaded", offset);
    this.offset = offset;
    int room = geometry.segmentBytes() - offset;
    if (room < GroupHeaderFlyweight.BYTES) {
      return Verdict.ABSENT;
    }
    int available = Math.min(length - (offset - from), GroupHeaderFlyweight.HEADER_BYTES_MAX);
    header.wrap(memory, offset - from, available);
    Verdict verdict = proof.judge(header, stream.code(), generation, room);
    if (verdict != Verdict.SOUND) {
      return verdict;
    }
    boolean fixed = stream == Stream.META && !isSeal();
    paddedHeaderBytes =
        fixed
            ? metaHeaderBytes
            : GroupHeaderFlyweight.paddedBytes(
                offset, header.headerBytes(), header.payloadBytes(), geometry.alignmentBytes());
    // Memory has room for the longest group that anybody writes.
    boolean fits =
        header.headerBytes() <= paddedHeaderBytes
            && header.payloadBytes() <= memory.capacity()
            && groupBytes() <= Math.min(room, memory.capacity());
    return fits ? verdict : Verdict.DAMAGED;
  }

  /// Whether the whole group lies in memory.
  public boolean holdsGroup() {
    return offset - from + groupBytes() <= length;
  }

  public int groupBytes() {
    return GroupHeaderFlyweight.groupBytes(
        paddedHeaderBytes, header.payloadBytes(), geometry.alignmentBytes());
  }

  public GroupHeaderFlyweight header() {
    return header;
  }

  /// The group's records, from the first.
  public GroupRecords records() {
    return records.wrap(header, payloadBase());
  }

  /// Byte offset on the device of the group's first payload.
  public long payloadBase() {
    return geometry.segmentOffset(segment) + offset + paddedHeaderBytes;
  }

  /// Where in [#memory] the group's first payload is.
  public int firstPayload() {
    return offset - from + paddedHeaderBytes;
  }

  /// Whether this group is the last of its segment.
  public boolean isSeal() {
    if (header.records() != 1) {
      return false;
    }
    records.wrap(header, 0).next();
    return records.record().type() == RecordType.SEAL;
  }

  /// Checks every payload of the group against its checksum.
  public boolean payloadsSound() {
    Check.that(holdsGroup(), "whole group was loaded", offset);
    GroupRecords walk = records();
    boolean sound = true;
    while (sound && walk.next()) {
      sound = walk.record().type().hasBlocks() ? blocksSound(walk) : payloadSound(walk);
    }
    return sound;
  }

  private boolean blocksSound(GroupRecords walk) {
    boolean sound = true;
    while (sound && walk.nextBlock()) {
      sound = blockSound(walk);
    }
    return sound;
  }

  /// Checks the block that `walk` is at.
  public boolean blockSound(GroupRecords walk) {
    RecordFlyweight record = walk.record();
    int index = walk.blockIndex();
    int actual =
        crc.ofSeeded(
            Integer.toUnsignedLong(record.layer()),
            record.lba() + index,
            record.writeId() + index,
            memory,
            memoryOffset(walk),
            walk.block().length());
    return actual == walk.block().checksum();
  }

  /// Checks the one payload of the record that `walk` is at, where it has one.
  public boolean payloadSound(GroupRecords walk) {
    int bytes = walk.record().payloadBytes();
    return bytes == 0
        || PayloadChecksum.of(crc, walk.record(), memory, memoryOffset(walk))
            == walk.record().checksum();
  }

  /// Where in [#memory] the byte at `offset` of the segment is.
  public int memoryOffset(int offset) {
    return offset - from;
  }

  /// Where in [#memory] the payload that `walk` is at begins.
  public int memoryOffset(GroupRecords walk) {
    return (int) (walk.payloadOffset() - geometry.segmentOffset(segment)) - from;
  }

  public UnsafeBuffer memory() {
    return memory;
  }
}
