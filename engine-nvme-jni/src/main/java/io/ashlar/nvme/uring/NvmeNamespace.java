package io.ashlar.nvme.uring;

import io.ashlar.core.device.DeviceGeometry;
import io.ashlar.nvme.local.DeviceOpenException;
import io.ashlar.nvme.local.DeviceOpenException.Reason;
import io.ashlar.nvme.posix.DeviceFile;
import io.ashlar.nvme.posix.NvmeAdmin;
import io.ashlar.nvme.posix.PosixNative;
import org.agrona.concurrent.UnsafeBuffer;

/// An NVMe namespace as its Identify data describe it (NVM Express Base Specification, Identify;
/// NVM Command Set Specification, Identify Namespace).
///
/// @param id the namespace's number
/// @param blockShift log2 of the logical block's length
/// @param blocks how many logical blocks there are
/// @param transferBytesMax the most that one command may move
/// @param volatileCache whether the controller has a write cache that power loss empties
record NvmeNamespace(
    int id, int blockShift, long blocks, int transferBytesMax, boolean volatileCache) {
  private static final int IDENTIFY_BYTES = 4096;
  private static final int CNS_NAMESPACE = 0;
  private static final int CNS_CONTROLLER = 1;

  private static final int SIZE_OFFSET = 0;
  private static final int FORMAT_INDEX_OFFSET = 26;
  private static final int FORMATS_OFFSET = 128;
  private static final int FORMAT_BYTES = 4;
  private static final int FORMAT_SHIFT_OFFSET = 2;

  private static final int TRANSFER_SHIFT_OFFSET = 77;
  private static final int WRITE_CACHE_OFFSET = 525;

  private static final int MIN_BLOCK_SHIFT = 9;
  private static final int MAX_BLOCK_SHIFT = 12;

  /// The transfer limit counts in the controller's smallest pages, which are at least this long.
  private static final int PAGE_SHIFT = 12;

  /// What the kernel maps at once in any case, and enough to keep a device busy.
  private static final int TRANSFER_SHIFT_MAX = 17;

  /// Asks the device; waits for it.
  static NvmeNamespace identify(DeviceFile file) throws DeviceOpenException {
    int id = PosixNative.nvmeNamespaceId(file.fd());
    if (id <= 0) {
      throw new DeviceOpenException(
          Reason.UNSUITABLE,
          file.path() + " is neither a file nor a block device nor an NVMe one.");
    }
    UnsafeBuffer namespace = identify(file, id, CNS_NAMESPACE);
    UnsafeBuffer controller = identify(file, 0, CNS_CONTROLLER);
    return read(file, id, namespace, controller);
  }

  private static UnsafeBuffer identify(DeviceFile file, int id, int structure)
      throws DeviceOpenException {
    UnsafeBuffer page = NvmeAdmin.page(IDENTIFY_BYTES);
    int answer = NvmeAdmin.read(file, NvmeAdmin.IDENTIFY, id, structure, page);
    if (answer != 0) {
      throw new DeviceOpenException(
          Reason.FAILED,
          file.path() + " does not tell its shape: " + NvmeAdmin.explain(answer) + ".");
    }
    return page;
  }

  private static NvmeNamespace read(
      DeviceFile file, int id, UnsafeBuffer namespace, UnsafeBuffer controller)
      throws DeviceOpenException {
    int index = namespace.getByte(FORMAT_INDEX_OFFSET);
    // The index' upper two bits came later and stand apart from the lower four.
    int format = FORMATS_OFFSET + FORMAT_BYTES * ((index & 0xf) | ((index & 0x60) >> 1));
    int metadataBytes = namespace.getShort(format) & 0xffff;
    int blockShift = namespace.getByte(format + FORMAT_SHIFT_OFFSET);
    if (metadataBytes != 0 || blockShift < MIN_BLOCK_SHIFT || blockShift > MAX_BLOCK_SHIFT) {
      throw new DeviceOpenException(
          Reason.UNSUITABLE,
          file.path()
              + " has blocks of a format that Ashlar does not use; format it to 512 or 4096"
              + " bytes without metadata (nvme format).");
    }
    return new NvmeNamespace(
        id,
        blockShift,
        namespace.getLong(SIZE_OFFSET),
        transferBytes(controller.getByte(TRANSFER_SHIFT_OFFSET) & 0xff),
        (controller.getByte(WRITE_CACHE_OFFSET) & 1) != 0);
  }

  /// @param shift as the controller tells it, 0 for no limit
  private static int transferBytes(int shift) {
    return 1
        << (shift == 0 ? TRANSFER_SHIFT_MAX : Math.min(TRANSFER_SHIFT_MAX, PAGE_SHIFT + shift));
  }

  DeviceGeometry geometry(int queueDepth) {
    int alignment = 1 << MAX_BLOCK_SHIFT;
    long size = (blocks << blockShift) / alignment * alignment;
    return new DeviceGeometry(size, alignment, queueDepth, volatileCache);
  }
}
