package io.ashlar.core.recovery;

import io.ashlar.core.device.DeviceStatus;
import io.ashlar.core.device.PolledDevice;
import io.ashlar.core.format.CorruptRecordException;
import io.ashlar.core.format.GroupHeaderFlyweight;
import io.ashlar.core.format.GroupProof;
import io.ashlar.core.format.GroupProof.Verdict;
import io.ashlar.core.format.Superblock.LaneGeometry;
import io.ashlar.core.segment.SegmentTable;
import io.ashlar.core.segment.Stream;
import org.agrona.BufferUtil;
import org.agrona.concurrent.UnsafeBuffer;

/// Looks beyond the end of the log for headers that were written later: each tells through which
/// sequence everything was durable when it was built. Tells corruption from a torn tail.
///
/// A later header lies in the rest of a stream's segment, or, if the unreadable group was a seal or
/// was followed by one, in a segment whose present life replay knows nothing of. Such a life may
/// also be in a segment that the checkpoint needs: then the checkpoint is not the newest, because
/// the newest superblock is lost.
final class TailEvidence {
  private final PolledDevice device;
  private final SegmentTable segments;
  private final LaneGeometry geometry;
  private final GroupProof proof;
  private final UnsafeBuffer memory;
  private final GroupHeaderFlyweight header = new GroupHeaderFlyweight();
  private long durableThrough = -1;
  private boolean searchedBeyond;

  TailEvidence(PolledDevice device, SegmentTable segments, GroupProof proof, int windowBytes) {
    this.device = device;
    this.segments = segments;
    this.proof = proof;
    geometry = segments.geometry();
    memory = new UnsafeBuffer(BufferUtil.allocateDirectAligned(windowBytes, 4096));
  }

  /// The highest mark found.
  long durableThrough() {
    return durableThrough;
  }

  void seen(long mark) {
    durableThrough = Math.max(durableThrough, mark);
  }

  /// Searches what follows `offset` in a stream's segment, and once all lives that replay does not
  /// know.
  void collect(Stream stream, int segment, int generation, int offset, int leastEpoch)
      throws CorruptRecordException {
    int step = memory.capacity() - GroupHeaderFlyweight.HEADER_BYTES_MAX;
    for (int from = offset; from < geometry.segmentBytes(); from += step) {
      int bytes = Math.min(memory.capacity(), geometry.segmentBytes() - from);
      read(segment, from, bytes);
      for (int at = 0; at < Math.min(step, bytes); at += geometry.alignmentBytes()) {
        judge(stream, generation, at, bytes, leastEpoch);
      }
    }
    if (!searchedBeyond) {
      searchedBeyond = true;
      searchBeyond(leastEpoch);
    }
  }

  /// Any segment that begins a life which replay does not know is searched to its end: marks lag
  /// behind by the groups in flight, so the first group alone may not tell.
  private void searchBeyond(int leastEpoch) throws CorruptRecordException {
    int bytes = Math.min(GroupHeaderFlyweight.HEADER_BYTES_MAX, geometry.segmentBytes());
    for (int segment = 0; segment < geometry.segments(); segment++) {
      read(segment, 0, bytes);
      header.wrap(memory, 0, bytes);
      int generation = header.generation();
      int code = header.stream();
      boolean isLater =
          generation > segments.generationLast()
              && code >= 0
              && code < Stream.COUNT
              && proof.judge(header, code, generation, geometry.segmentBytes()) == Verdict.SOUND
              && header.epoch() >= leastEpoch;
      if (isLater) {
        collect(Stream.ofCode(code), segment, generation, 0, leastEpoch);
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
