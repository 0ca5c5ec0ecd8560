package io.ashlar.target.iscsi.scsi;

import io.ashlar.core.volume.BlockOperation;
import io.ashlar.core.volume.VolumeGeometry;

/// Commands that move blocks (SBC-4 §5). FUA and DPO are accepted and change nothing: a write is
/// durable when it ends, and nothing is cached that a hint could drop.
final class BlockCommands {
  private static final int BYTE_CHECK_MASK = 0x06;

  private BlockCommands() {}

  static void read(ScsiTask task) {
    if (task.room == 0) {
      task.good();
      return;
    }
    transfer(task, BlockOperation.READ, task.room, BlockCommands::readDone);
  }

  private static void readDone(ScsiTask task) {
    task.good(task.room);
  }

  static void write(ScsiTask task) {
    transferReceived(task, BlockOperation.WRITE, ScsiTask::good);
  }

  static void orWrite(ScsiTask task) {
    transferReceived(task, BlockOperation.OR_WRITE, ScsiTask::good);
  }

  /// WRITE AND VERIFY: then compares what was written with the data, or, with BYTCHK 0, with their
  /// checksum.
  static void writeAndVerify(ScsiTask task) {
    transferReceived(task, BlockOperation.WRITE, BlockCommands::verifyWritten);
  }

  private static void verifyWritten(ScsiTask task) {
    boolean compares = (Cdb.flags(task.cdb) & BYTE_CHECK_MASK) != 0;
    transferReceived(
        task, compares ? BlockOperation.COMPARE : BlockOperation.VERIFY, ScsiTask::good);
  }

  /// VERIFY: BYTCHK 1 compares with the initiator's data, 0 with the checksums.
  static void verify(ScsiTask task) {
    if ((Cdb.flags(task.cdb) & BYTE_CHECK_MASK) != 0) {
      transferReceived(task, BlockOperation.COMPARE, ScsiTask::good);
      return;
    }
    task.remaining = Cdb.blocks(task.cdb) * task.unit().geometry().logicalBlockBytes();
    task.cursor = offsetBytes(task);
    verifyNext(task);
  }

  private static void verifyNext(ScsiTask task) {
    if (task.remaining == 0) {
      task.good();
      return;
    }
    long bytes = Math.min(task.remaining, VolumeGeometry.TRANSFER_BYTES_MAX);
    long offset = task.cursor;
    task.cursor += bytes;
    task.remaining -= bytes;
    task.submit(BlockOperation.VERIFY, offset, bytes, BlockCommands::verifyNext);
  }

  /// COMPARE AND WRITE: the data are what to expect, then what to write.
  static void compareAndWrite(ScsiTask task) {
    if (task.dataOutBytes == 0) {
      task.good();
    } else if (task.dataOutReceived != task.dataOutBytes) {
      task.failCdbField(Cdb.BLOCKS_COMPARE_OFFSET);
    } else {
      task.request.data.wrap(task.data, 0, task.dataOutBytes);
      task.submit(
          BlockOperation.COMPARE_AND_WRITE,
          offsetBytes(task),
          task.dataOutBytes / 2,
          ScsiTask::good);
    }
  }

  /// SYNCHRONIZE CACHE: writes are durable when they end, so this is a barrier.
  static void flush(ScsiTask task) {
    task.submit(BlockOperation.FLUSH, 0, 0, ScsiTask::good);
  }

  /// PRE-FETCH: a hint; nothing is kept that could be fetched ahead.
  static void prefetch(ScsiTask task) {
    task.good();
  }

  /// What the initiator sent may be less than the CDB says (a residual overflow): whole blocks of
  /// it count, the rest is dropped.
  private static void transferReceived(
      ScsiTask task, BlockOperation operation, CommandAction after) {
    int bytes = task.dataOutReceived & -task.unit().geometry().logicalBlockBytes();
    if (bytes == 0) {
      task.good();
      return;
    }
    transfer(task, operation, bytes, after);
  }

  private static void transfer(
      ScsiTask task, BlockOperation operation, int lengthBytes, CommandAction after) {
    task.request.data.wrap(task.data, 0, lengthBytes);
    task.submit(operation, offsetBytes(task), lengthBytes, after);
  }

  static long offsetBytes(ScsiTask task) {
    return Cdb.lba(task.cdb) * task.unit().geometry().logicalBlockBytes();
  }
}
