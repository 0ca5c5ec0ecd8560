package io.ashlar.target.iscsi.scsi;

import io.ashlar.core.volume.BlockOperation;
import io.ashlar.core.volume.VolumeGeometry;

/// Commands that move blocks (SBC-4 §5). FUA and DPO are accepted and change nothing: a write is
/// durable when it ends, and nothing is cached that a hint could drop.
final class BlockCommands {
  private static final int BYTE_CHECK_MASK = 0x06;

  private BlockCommands() {}

  static void read(ScsiTask task) {
    task.remaining = task.room;
    readNext(task);
  }

  private static void readNext(ScsiTask task) {
    if (task.remaining == 0) {
      task.good(task.room);
      return;
    }
    transferNext(task, BlockOperation.READ, BlockCommands::readNext);
  }

  static void write(ScsiTask task) {
    takeReceived(task);
    writeNext(task);
  }

  private static void writeNext(ScsiTask task) {
    if (task.remaining == 0) {
      task.good();
      return;
    }
    transferNext(task, BlockOperation.WRITE, BlockCommands::writeNext);
  }

  static void orWrite(ScsiTask task) {
    takeReceived(task);
    orNext(task);
  }

  private static void orNext(ScsiTask task) {
    if (task.remaining == 0) {
      task.good();
      return;
    }
    transferNext(task, BlockOperation.OR_WRITE, BlockCommands::orNext);
  }

  /// WRITE AND VERIFY: then compares what was written with the data, or, with BYTCHK 0, with their
  /// checksums.
  static void writeAndVerify(ScsiTask task) {
    takeReceived(task);
    writeBeforeVerify(task);
  }

  private static void writeBeforeVerify(ScsiTask task) {
    if (task.remaining > 0) {
      transferNext(task, BlockOperation.WRITE, BlockCommands::writeBeforeVerify);
      return;
    }
    takeReceived(task);
    if ((Cdb.flags(task.cdb) & BYTE_CHECK_MASK) != 0) {
      compareNext(task);
    } else {
      verifyNext(task);
    }
  }

  /// VERIFY: BYTCHK 1 compares with the initiator's data, 0 with the checksums.
  static void verify(ScsiTask task) {
    if ((Cdb.flags(task.cdb) & BYTE_CHECK_MASK) != 0) {
      takeReceived(task);
      compareNext(task);
      return;
    }
    task.remaining = Cdb.blocks(task.cdb) * task.unit().geometry().logicalBlockBytes();
    task.cursor = 0;
    verifyNext(task);
  }

  private static void compareNext(ScsiTask task) {
    if (task.remaining == 0) {
      task.good();
      return;
    }
    transferNext(task, BlockOperation.COMPARE, BlockCommands::compareNext);
  }

  private static void verifyNext(ScsiTask task) {
    if (task.remaining == 0) {
      task.good();
      return;
    }
    long bytes = Math.min(task.remaining, VolumeGeometry.TRANSFER_BYTES_MAX);
    long offset = offsetBytes(task) + task.cursor;
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
  private static void takeReceived(ScsiTask task) {
    task.cursor = 0;
    task.remaining = task.dataOutReceived & -task.unit().geometry().logicalBlockBytes();
  }

  /// Moves the next stretch of the task's data, as long as a volume takes at once.
  private static void transferNext(ScsiTask task, BlockOperation operation, CommandAction after) {
    int bytes = (int) Math.min(task.remaining, VolumeGeometry.TRANSFER_BYTES_MAX);
    long offset = offsetBytes(task) + task.cursor;
    task.request.data.wrap(task.data, (int) task.cursor, bytes);
    task.cursor += bytes;
    task.remaining -= bytes;
    task.submit(operation, offset, bytes, after);
  }

  static long offsetBytes(ScsiTask task) {
    return Cdb.lba(task.cdb) * task.unit().geometry().logicalBlockBytes();
  }
}
