package io.ashlar.target.iscsi.scsi;

import io.ashlar.core.volume.BlockOperation;
import io.ashlar.core.volume.BlockRequest;

/// Says in SCSI's words how a block request failed.
final class BlockFailure {
  private BlockFailure() {}

  static void report(ScsiTask task, BlockRequest request) {
    switch (request.status) {
      case OUT_OF_RANGE -> task.fail(Sense.LBA_OUT_OF_RANGE);
      case INVALID -> task.failCdbField(Cdb.LBA_OFFSET);
      case MISCOMPARE -> task.fail(Sense.MISCOMPARE_DURING_VERIFY, task.offsetInData(request));
      case NO_SPACE -> task.fail(Sense.SPACE_ALLOCATION_FAILED);
      case MEDIUM_ERROR -> mediumError(task, request);
      case OFFLINE -> task.fail(Sense.LOGICAL_UNIT_NOT_READY);
      case OK, ABORTED -> task.fail(Sense.INTERNAL_TARGET_FAILURE);
    }
  }

  private static void mediumError(ScsiTask task, BlockRequest request) {
    long lba = request.resultBytes / task.unit().geometry().logicalBlockBytes();
    boolean reads =
        request.operation != BlockOperation.WRITE && request.operation != BlockOperation.UNMAP;
    task.fail(reads ? Sense.UNRECOVERED_READ_ERROR : Sense.WRITE_ERROR, lba);
  }
}
