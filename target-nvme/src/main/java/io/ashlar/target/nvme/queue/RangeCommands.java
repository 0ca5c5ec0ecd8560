package io.ashlar.target.nvme.queue;

import io.ashlar.core.volume.BlockOperation;
import io.ashlar.core.volume.BlockRequest;
import io.ashlar.core.volume.BlockVolume;
import io.ashlar.core.volume.VolumeGeometry;
import io.ashlar.target.nvme.spec.IdentifyNamespaceFlyweight;
import io.ashlar.target.nvme.spec.NvmeStatus;
import io.ashlar.target.nvme.spec.RangeFlyweight;

/// Commands whose data is a list of ranges: all are checked before the first is touched, then they
/// are carried out one after the other with the command's one request.
final class RangeCommands {
  private RangeCommands() {}

  static int prepareDeallocate(Command command, BlockVolume volume) {
    VolumeGeometry geometry = volume.geometry();
    for (int i = 0; i < command.rangeCount; i++) {
      long start = RangeFlyweight.datasetStart(command.request.data, i);
      long blocks = RangeFlyweight.datasetBlocks(command.request.data, i);
      if (!isWithin(start, blocks, geometry)) {
        return NvmeStatus.LBA_OUT_OF_RANGE;
      }
    }
    return nextDeallocate(command, volume) ? IoCommands.SUBMIT : NvmeStatus.SUCCESS;
  }

  /// Fills the request with the next range that is not empty.
  static boolean nextDeallocate(Command command, BlockVolume volume) {
    BlockRequest request = command.request;
    long blockBytes = volume.geometry().logicalBlockBytes();
    while (command.rangeIndex < command.rangeCount) {
      int index = command.rangeIndex++;
      long blocks = RangeFlyweight.datasetBlocks(request.data, index);
      if (blocks > 0) {
        request.operation = BlockOperation.UNMAP;
        request.offsetBytes = RangeFlyweight.datasetStart(request.data, index) * blockBytes;
        request.lengthBytes = blocks * blockBytes;
        return true;
      }
    }
    return false;
  }

  static int prepareCopy(Command command, BlockVolume volume) {
    VolumeGeometry geometry = volume.geometry();
    long limit = IdentifyNamespaceFlyweight.COPY_BYTES_MAX / geometry.logicalBlockBytes();
    long total = 0;
    for (int i = 0; i < command.rangeCount; i++) {
      long blocks = RangeFlyweight.copyBlocks(command.request.data, i);
      if (!isWithin(RangeFlyweight.copyStart(command.request.data, i), blocks, geometry)) {
        return NvmeStatus.LBA_OUT_OF_RANGE;
      }
      if (blocks > limit) {
        return NvmeStatus.COMMAND_SIZE_LIMIT_EXCEEDED;
      }
      total += blocks;
    }
    if (total > limit) {
      return NvmeStatus.COMMAND_SIZE_LIMIT_EXCEEDED;
    }
    long target = command.entry.startLba();
    if (!isWithin(target, total, geometry)) {
      return NvmeStatus.LBA_OUT_OF_RANGE;
    }
    if (overlapsASource(command, target, total)) {
      return NvmeStatus.INVALID_FIELD; // what is copied would depend on the ranges' order
    }
    command.rangeTarget = target;
    return nextCopy(command, volume) ? IoCommands.SUBMIT : NvmeStatus.SUCCESS;
  }

  private static boolean overlapsASource(Command command, long target, long blocks) {
    for (int i = 0; i < command.rangeCount; i++) {
      long start = RangeFlyweight.copyStart(command.request.data, i);
      long end = start + RangeFlyweight.copyBlocks(command.request.data, i);
      if (start < target + blocks && target < end) {
        return true;
      }
    }
    return false;
  }

  static boolean nextCopy(Command command, BlockVolume volume) {
    if (command.rangeIndex == command.rangeCount) {
      command.request.source = null;
      return false;
    }
    BlockRequest request = command.request;
    long blockBytes = volume.geometry().logicalBlockBytes();
    int index = command.rangeIndex++;
    long blocks = RangeFlyweight.copyBlocks(request.data, index);
    request.operation = BlockOperation.COPY;
    request.source = volume;
    request.sourceOffsetBytes = RangeFlyweight.copyStart(request.data, index) * blockBytes;
    request.offsetBytes = command.rangeTarget * blockBytes;
    request.lengthBytes = blocks * blockBytes;
    command.rangeTarget += blocks;
    return true;
  }

  private static boolean isWithin(long startLba, long blocks, VolumeGeometry geometry) {
    long capacity = geometry.logicalBlocks();
    return startLba >= 0 && startLba <= capacity && blocks <= capacity - startLba;
  }
}
