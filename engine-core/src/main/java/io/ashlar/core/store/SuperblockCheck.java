package io.ashlar.core.store;

import io.ashlar.core.base.Crc32c;
import io.ashlar.core.checkpoint.Checkpointer;
import io.ashlar.core.device.DeviceOperation;
import io.ashlar.core.device.DeviceRequest;
import io.ashlar.core.device.DeviceStatus;
import io.ashlar.core.device.SubmissionQueue;
import io.ashlar.core.format.CorruptRecordException;
import io.ashlar.core.format.Superblock;
import io.ashlar.core.format.Superblock.LaneGeometry;
import io.ashlar.core.format.UnsupportedFormatException;
import org.agrona.BufferUtil;
import org.agrona.concurrent.UnsafeBuffer;

/// Reads both superblocks while the store serves, and has them written anew where one is damaged:
/// each checkpoint writes the older one.
final class SuperblockCheck {
  private final Checkpointer checkpointer;
  private final SubmissionQueue device;
  private final HealthLog health;
  private final Crc32c crc = new Crc32c();
  private final DeviceRequest read = new DeviceRequest(this::onRead);
  private final UnsafeBuffer memory =
      new UnsafeBuffer(BufferUtil.allocateDirectAligned(Superblock.BYTES, 4096));
  private int copy = 2;
  private boolean isReading;
  private long completedBefore;
  private long checkpointsWanted;

  SuperblockCheck(Checkpointer checkpointer, SubmissionQueue device, HealthLog health) {
    this.checkpointer = checkpointer;
    this.device = device;
    this.health = health;
  }

  void start() {
    copy = 0;
  }

  boolean isDone() {
    return copy == 2;
  }

  /// Whether it waits for the device.
  boolean isWaiting() {
    return isReading || checkpointer.phase() == Checkpointer.Phase.ROOT;
  }

  /// Starts to read the next copy, unless one is just being written.
  void doWork() {
    if (isDone() || isWaiting()) {
      return;
    }
    LaneGeometry geometry = checkpointer.root().geometry();
    completedBefore = checkpointer.completed();
    read.operation = DeviceOperation.READ;
    read.offset = LaneGeometry.slotOffset(geometry.lane(), geometry.lanes(), copy);
    read.length = Superblock.BYTES;
    read.address = memory.addressOffset();
    isReading = true;
    device.submit(read);
  }

  private void onRead(DeviceRequest request) {
    isReading = false;
    boolean wasWritten =
        checkpointer.completed() != completedBefore
            || checkpointer.phase() == Checkpointer.Phase.ROOT;
    if (wasWritten) {
      return;
    }
    String complaint = complaint(request);
    if (!complaint.isEmpty()) {
      health.scrubFoundSuperblock(copy == 0 ? "A" : "B", request.offset, complaint);
      boolean isNewest = (checkpointer.root().generation() & 1) == copy;
      checkpointsWanted = checkpointer.completed() + (isNewest ? 2 : 1);
    }
    copy++;
  }

  private String complaint(DeviceRequest request) {
    if (request.status != DeviceStatus.OK) {
      return "reading it failed with " + request.status;
    }
    try {
      Superblock found = Superblock.decode(memory, 0, crc, "superblock " + copy);
      return found == null ? "it is not there" : "";
    } catch (CorruptRecordException | UnsupportedFormatException e) {
      return String.valueOf(e.getMessage());
    }
  }

  /// Whether a checkpoint is wanted to write a damaged copy anew.
  boolean wantsCheckpoint() {
    return checkpointer.completed() < checkpointsWanted;
  }
}
