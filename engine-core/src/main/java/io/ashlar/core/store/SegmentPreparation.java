package io.ashlar.core.store;

import io.ashlar.core.device.BlockDevice;
import io.ashlar.core.device.DeviceOperation;
import io.ashlar.core.device.DeviceRequest;
import io.ashlar.core.device.DeviceStatus;
import io.ashlar.core.device.SubmissionQueue;
import io.ashlar.core.segment.FreeSegments;
import io.ashlar.core.segment.SegmentTable;
import java.nio.ByteBuffer;
import org.agrona.BufferUtil;

/// Keeps some free segments of a thin device written with zeroes, ahead of the log.
///
/// In a sparse file, a durable write to a range without a place makes the file system allocate it
/// and commit its journal: a group commit takes two to ten times as long as one into a range that
/// was written before. Zeroes that nobody waits for pay that price beforehand, a segment at a time.
/// When there are none ready, the log goes on without.
final class SegmentPreparation {
  /// What is done with the segment at hand.
  private enum Step {
    /// None is at hand.
    IDLE,
    /// Zeroes are being written to it.
    WRITING,
    /// They are being made durable, with the file system's notes of where they are.
    FLUSHING,
    /// The device refused: no more is prepared until it is opened again.
    ENDED
  }

  private static final int CHUNK_BYTES = 1 << 20;

  /// How much is kept prepared.
  private static final long AHEAD_BYTES = 256L << 20;

  private static final int AHEAD_MIN = 2;

  /// Free segments beyond the reserve that must be left for anything to be prepared: a pool that is
  /// almost full counts each one.
  private static final int SPARE_SEGMENTS = 8;

  private final BlockDevice device;
  private final SegmentTable segments;
  private final SubmissionQueue submissions;
  private final DeviceRequest request = new DeviceRequest(this::onDone);
  private final ByteBuffer zeroes;
  private final int freeMin;
  private final int ahead;
  private Step step;
  private int segment;
  private int written;

  /// @param reservedSegments free segments that are not host writes'
  SegmentPreparation(
      BlockDevice device,
      SegmentTable segments,
      SubmissionQueue submissions,
      int reservedSegments) {
    this.device = device;
    this.segments = segments;
    this.submissions = submissions;
    boolean thin = device.isThin();
    int segmentBytes = segments.geometry().segmentBytes();
    step = thin ? Step.IDLE : Step.ENDED;
    zeroes =
        BufferUtil.allocateDirectAligned(
            thin ? Math.min(CHUNK_BYTES, segmentBytes) : 0, device.geometry().alignmentBytes());
    freeMin = reservedSegments + SPARE_SEGMENTS;
    ahead = (int) Math.max(AHEAD_MIN, AHEAD_BYTES / segmentBytes);
  }

  /// Starts on another segment if one is wanted. Cheap when none is.
  int doWork() {
    if (step != Step.IDLE || !isWanted()) {
      return 0;
    }
    FreeSegments free = segments.free();
    segment = free.takeUnprepared();
    long offset = segments.geometry().segmentOffset(segment);
    if (device.isBacked(offset, segments.geometry().segmentBytes())) {
      free.giveReady(segment);
      return 1;
    }
    step = Step.WRITING;
    written = 0;
    writeOn();
    return 1;
  }

  private boolean isWanted() {
    FreeSegments free = segments.free();
    int ready = free.readyCount();
    return ready < ahead && ready < free.count() && free.count() >= freeMin;
  }

  /// Whether nothing is under way or wanted.
  boolean isQuiet() {
    return switch (step) {
      case IDLE -> !isWanted();
      case WRITING, FLUSHING -> false;
      case ENDED -> true;
    };
  }

  private void writeOn() {
    int segmentBytes = segments.geometry().segmentBytes();
    request.operation = DeviceOperation.WRITE;
    request.offset = segments.geometry().segmentOffset(segment) + written;
    request.length = Math.min(zeroes.capacity(), segmentBytes - written);
    request.address = BufferUtil.address(zeroes);
    submissions.submit(request);
  }

  private void onDone(DeviceRequest done) {
    if (done.status != DeviceStatus.OK) {
      // Full file systems end here. The log will say so if its own writes fail too; until then
      // the segment is as free as it was.
      step = Step.ENDED;
      segments.free().give(segment);
    } else if (step == Step.FLUSHING) {
      step = Step.IDLE;
      segments.free().giveReady(segment);
    } else {
      written += (int) done.length;
      if (written < segments.geometry().segmentBytes()) {
        writeOn();
      } else {
        flush();
      }
    }
  }

  private void flush() {
    step = Step.FLUSHING;
    request.operation = DeviceOperation.FLUSH;
    request.offset = 0;
    request.length = 0;
    submissions.submit(request);
  }
}
