package io.ashlar.nvme.uring;

import io.ashlar.core.device.DeviceGeometry;
import io.ashlar.nvme.local.DeviceOpenException;
import io.ashlar.nvme.local.DeviceOpenException.Reason;
import io.ashlar.nvme.posix.DeviceFacts;
import io.ashlar.nvme.posix.SysBlock;
import java.nio.file.Path;

/// Turns what the system says of a file or device into the engine's [DeviceGeometry].
final class UringGeometry {
  private static final long MIN_ALIGNMENT_BYTES = 512;
  private static final long MAX_ALIGNMENT_BYTES = 4096;

  private UringGeometry() {}

  static DeviceGeometry of(Path path, DeviceFacts facts, int queueDepth)
      throws DeviceOpenException {
    if (!facts.isBlockDevice() && !facts.isRegularFile()) {
      throw new DeviceOpenException(
          Reason.UNSUITABLE, path + " is neither a file nor a block device.");
    }
    int alignment = (int) alignment(path, facts);
    long size = facts.sizeBytes() / alignment * alignment;
    if (size == 0) {
      throw new DeviceOpenException(
          Reason.UNSUITABLE,
          path + " is empty; give it a size first (truncate -s 10G " + path + ").");
    }
    boolean volatileCache = facts.isRegularFile() || SysBlock.hasVolatileCache(facts);
    return new DeviceGeometry(size, alignment, queueDepth, volatileCache);
  }

  /// The largest of what must be and what is wise: a write below the physical or file system block
  /// makes the layer beneath read and modify, and is slower for it.
  private static long alignment(Path path, DeviceFacts facts) throws DeviceOpenException {
    long must = Math.max(facts.logicalBlockBytes(), facts.offsetAlignmentBytes());
    must = Math.max(must, facts.memoryAlignmentBytes());
    if (must > MAX_ALIGNMENT_BYTES) {
      throw new DeviceOpenException(
          Reason.UNSUITABLE,
          path
              + " wants transfers in multiples of "
              + must
              + " bytes; Ashlar supports blocks of up to "
              + MAX_ALIGNMENT_BYTES
              + ".");
    }
    long wise = facts.isBlockDevice() ? facts.physicalBlockBytes() : facts.fileBlockBytes();
    long wanted =
        Math.max(MIN_ALIGNMENT_BYTES, Math.max(must, Math.min(wise, MAX_ALIGNMENT_BYTES)));
    return Long.highestOneBit(wanted);
  }
}
