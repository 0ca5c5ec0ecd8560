package io.ashlar.core.recovery;

import io.ashlar.core.base.Crc32c;
import io.ashlar.core.device.DeviceStatus;
import io.ashlar.core.device.PolledDevice;
import io.ashlar.core.format.CorruptRecordException;
import io.ashlar.core.format.GroupHeaderFlyweight;
import io.ashlar.core.format.GroupProof;
import io.ashlar.core.format.GroupProof.Verdict;
import io.ashlar.core.format.Superblock.LaneGeometry;
import io.ashlar.core.segment.SegmentState;
import io.ashlar.core.segment.SegmentTable;
import io.ashlar.core.segment.Stream;
import org.agrona.BufferUtil;
import org.agrona.concurrent.UnsafeBuffer;

/// Looks beyond the end of the log for headers that were written later: each tells through which
/// sequence everything was durable when it was built. Tells corruption from a torn tail.
///
/// A later header lies in the rest of a stream's segment, or, if the unreadable group was the
/// segment's seal, in a segment that counts as free. The second is searched only where the segment
/// is so full that a seal is possible.
final class TailEvidence {
  private final PolledDevice device;
  private final SegmentTable segments;
  private final LaneGeometry geometry;
  private final GroupProof proof;
  private final UnsafeBuffer memory;
  private final GroupHeaderFlyweight header = new GroupHeaderFlyweight();
  private final int longestGroupBytes;
  private long durableThrough = -1;
  private boolean searchedFree;

  TailEvidence(
      PolledDevice device,
      SegmentTable segments,
      int metaHeaderBytes,
      GroupProof proof,
      Crc32c crc,
      int windowBytes) {
    this.device = device;
    this.segments = segments;
    this.proof = proof;
    geometry = segments.geometry();
    longestGroupBytes = windowBytes + metaHeaderBytes;
    memory = new UnsafeBuffer(BufferUtil.allocateDirectAligned(windowBytes, 4096));
  }

  /// The highest mark found.
  long durableThrough() {
    return durableThrough;
  }

  void seen(long mark) {
    durableThrough = Math.max(durableThrough, mark);
  }

  /// Searches what follows `offset` in a stream's segment, and the free segments if its seal may be
  /// what is missing.
  void collect(Stream stream, int segment, int generation, int offset, int leastEpoch)
      throws CorruptRecordException {
    int step = memory.capacity() - GroupHeaderFlyweight.HEADER_BYTES_MAX;
    for (int from = offset; from < geometry.segmentBytes(); from += step) {
      int bytes = Math.min(memory.capacity(), geometry.segmentBytes() - from);
      read(segment, from, bytes);
      for (int at = 0; at < Math.min(step, bytes); at += geometry.unitBytes()) {
        judge(stream, generation, at, bytes, leastEpoch);
      }
    }
    if (geometry.segmentBytes() - offset < 2 * longestGroupBytes && !searchedFree) {
      searchedFree = true;
      searchFreeSegments(leastEpoch);
    }
  }

  private void searchFreeSegments(int leastEpoch) throws CorruptRecordException {
    int bytes = Math.min(GroupHeaderFlyweight.HEADER_BYTES_MAX, geometry.segmentBytes());
    for (int segment = 0; segment < geometry.segments(); segment++) {
      if (segments.state(segment) == SegmentState.FREE) {
        read(segment, 0, bytes);
        for (Stream stream : Stream.values()) {
          header.wrap(memory, 0, bytes);
          if (header.generation() > segments.generationLast()) {
            judge(stream, header.generation(), 0, bytes, leastEpoch);
          }
        }
      }
    }
  }

  private void judge(Stream stream, int generation, int at, int bytes, int leastEpoch) {
    int available = Math.min(bytes - at, GroupHeaderFlyweight.HEADER_BYTES_MAX);
    if (available < GroupHeaderFlyweight.BYTES) {
      return;
    }
    header.wrap(memory, at, available);
    Verdict verdict = proof.judge(header, stream.code(), generation, geometry.segmentBytes());
    if (verdict == Verdict.SOUND && header.epoch() >= leastEpoch) {
      seen(header.durableThrough());
    }
  }

  private void read(int segment, int from, int bytes) throws CorruptRecordException {
    long at = geometry.segmentOffset(segment) + from;
    DeviceStatus status = device.read(at, bytes, memory.addressOffset());
    if (status != DeviceStatus.OK) {
      throw new CorruptRecordException(
          "reading failed with %s at device %s segment %d offset %d"
              .formatted(status, device.device().name(), segment, from));
    }
  }
}
