package io.ashlar.core.format;

import io.ashlar.core.base.Crc32c;
import org.agrona.MutableDirectBuffer;

/// Decides whether bytes are a group header that this lane wrote in this life of this segment,
/// before anything in them is believed. Keeps no state between calls but its scratch flyweights.
public final class GroupProof {
  /// What the bytes are.
  public enum Verdict {
    /// A header whose every field has been checked against the others.
    SOUND,
    /// No header of this device: never written, or foreign data.
    ABSENT,
    /// A header of this device, but of another lane, stream or life of the segment.
    FOREIGN,
    /// Began as a header of this device and is damaged.
    DAMAGED
  }

  private final Crc32c crc;
  private final long secret;
  private final int lane;
  private final RecordFlyweight record = new RecordFlyweight();
  private final BlockDescriptorFlyweight block = new BlockDescriptorFlyweight();

  /// @param secret the device's, from its superblock
  public GroupProof(Crc32c crc, long secret, int lane) {
    this.crc = crc;
    this.secret = secret;
    this.lane = lane;
  }

  /// Judges the header that `header` wraps.
  ///
  /// @param header wraps all the bytes that are there, at least [GroupHeaderFlyweight#BYTES]
  /// @param generation the segment's
  /// @param roomBytes from the header's first byte to the segment's end
  public Verdict judge(GroupHeaderFlyweight header, int stream, int generation, long roomBytes) {
    if (header.magic() != GroupHeaderFlyweight.MAGIC || header.secret() != secret) {
      return Verdict.ABSENT;
    }
    int headerBytes = header.headerBytes();
    if (headerBytes < GroupHeaderFlyweight.BYTES
        || headerBytes > GroupHeaderFlyweight.HEADER_BYTES_MAX
        || headerBytes > header.buffer().capacity()
        || checksumOf(header.buffer(), headerBytes) != header.checksum()) {
      return Verdict.DAMAGED;
    }
    if (header.lane() != lane || header.stream() != stream || header.generation() != generation) {
      return Verdict.FOREIGN;
    }
    long payloadBytes = header.payloadBytes();
    if (payloadBytes < 0 || headerBytes + payloadBytes > roomBytes) {
      return Verdict.DAMAGED;
    }
    return recordsAddUp(header, headerBytes, payloadBytes) ? Verdict.SOUND : Verdict.DAMAGED;
  }

  /// The checksum that a header of `headerBytes` in `buffer` should carry.
  public int checksumOf(MutableDirectBuffer buffer, int headerBytes) {
    int from = GroupHeaderFlyweight.SECRET_OFFSET;
    return crc.of(buffer, from, headerBytes - from);
  }

  private boolean recordsAddUp(GroupHeaderFlyweight header, int headerBytes, long payloadBytes) {
    if (header.records() < 1) {
      // No group is written empty.
      return false;
    }
    int offset = GroupHeaderFlyweight.BYTES;
    long payloadLeft = payloadBytes;
    for (int i = 0; i < header.records(); i++) {
      if (offset + RecordFlyweight.BYTES > headerBytes) {
        return false;
      }
      record.wrap(header.buffer(), offset);
      long payload = recordPayload(headerBytes - offset);
      if (payload < 0) {
        return false;
      }
      payloadLeft -= payload;
      offset += record.length();
    }
    return offset == headerBytes && payloadLeft == 0;
  }

  /// The padded payload of the record that [#record] wraps, or -1 if it is not well-formed.
  private long recordPayload(int roomBytes) {
    if (!RecordType.isKnown(record.typeCode())) {
      return -1;
    }
    int blocks = record.blocks();
    if (record.type().hasBlocks()) {
      boolean fits = blocks >= 1 && blocks <= RecordFlyweight.BLOCKS_MAX;
      return fits && record.length() <= roomBytes ? blocksPayload(blocks) : -1;
    }
    int payloadBytes = record.payloadBytes();
    return blocks == 0 && payloadBytes >= 0
        ? Sectors.align((long) payloadBytes, Sectors.BYTES)
        : -1;
  }

  private long blocksPayload(int blocks) {
    long payload = 0;
    for (int i = 0; i < blocks; i++) {
      block.wrap(record.buffer(), RecordFlyweight.descriptorOffset(i));
      if (block.length() > EntryFlyweight.LENGTH_MAX) {
        return -1;
      }
      payload += Sectors.align(block.length(), Sectors.BYTES);
    }
    return payload;
  }
}
