package io.ashlar.target.iscsi.scsi;

import io.ashlar.core.volume.BlockOperation;
import io.ashlar.core.volume.VolumeGeometry;

/// Commands that move blocks (SBC-4 §5). FUA and DPO are accepted and change nothing: a write is
/// durable when it ends, and nothing is cached that a hint could drop.
final class BlockCommands {
  private BlockCommands() {}

  static void read(ScsiTask task) {
    if (task.dataInRoom == 0) {
      task.good();
      return;
    }
    transfer(task, BlockOperation.READ, task.dataInRoom, BlockCommands::readDone);
  }

  private static void readDone(ScsiTask task) {
    task.good(task.dataInRoom);
  }

  static void write(ScsiTask task) {
    int bytes = wholeBlocksReceived(task);
    if (bytes == 0) {
      task.good();
      return;
    }
    transfer(task, BlockOperation.WRITE, bytes, ScsiTask::good);
  }

  /// SYNCHRONIZE CACHE: writes are durable when they end, so this is a barrier.
  static void flush(ScsiTask task) {
    task.submit(BlockOperation.FLUSH, 0, 0, ScsiTask::good);
  }

  /// What the initiator sent may be less than the CDB says (a residual overflow): whole blocks of
  /// it count, the rest is dropped.
  static int wholeBlocksReceived(ScsiTask task) {
    return task.dataOutReceived & -task.unit().geometry().logicalBlockBytes();
  }

  static void transfer(
      ScsiTask task, BlockOperation operation, long lengthBytes, CommandAction after) {
    task.request.data.wrap(task.data, 0, (int) lengthBytes);
    task.submit(operation, offsetBytes(task), lengthBytes, after);
  }

  static long offsetBytes(ScsiTask task) {
    VolumeGeometry geometry = task.unit().geometry();
    return Cdb.lba(task.cdb) * geometry.logicalBlockBytes();
  }
}
