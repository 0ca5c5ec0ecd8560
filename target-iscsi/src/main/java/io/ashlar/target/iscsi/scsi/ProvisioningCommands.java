package io.ashlar.target.iscsi.scsi;

import io.ashlar.core.volume.BlockOperation;
import io.ashlar.core.volume.VolumeGeometry;
import org.agrona.concurrent.UnsafeBuffer;

/// Commands about which blocks are mapped (SBC-4 §5): UNMAP, WRITE SAME, GET LBA STATUS.
final class ProvisioningCommands {
  static final int GET_LBA_STATUS = 0x12;

  /// WRITE SAME (16): no data are sent, write zeroes.
  static final int NO_DATA_OUT_FLAG = 0x01;

  /// More are refused, so that no pattern keeps a volume busy for long.
  static final int WRITE_SAME_BLOCKS_MAX = 0xFFFF;

  /// WRITE SAME repeats its pattern in a buffer of this size.
  static final int PATTERN_ROOM_BYTES = 256 * 1024;

  private static final int UNMAP_FLAG = 0x08;

  private ProvisioningCommands() {}

  /// Checks every range before it unmaps the first.
  static void unmap(ScsiTask task) {
    if (task.dataOutBytes == 0) {
      task.good();
      return;
    }
    if (task.dataOutReceived < UnmapParameters.HEADER_BYTES) {
      task.fail(Sense.PARAMETER_LIST_LENGTH_ERROR);
      return;
    }
    int listed = Wire.getShort(task.data, UnmapParameters.DESCRIPTORS_LENGTH_OFFSET);
    int sent = task.dataOutReceived - UnmapParameters.HEADER_BYTES;
    int count = Math.min(listed, sent) / UnmapParameters.DESCRIPTOR_BYTES;
    if (count > UnmapParameters.DESCRIPTORS_MAX) {
      task.failParameter(UnmapParameters.DESCRIPTORS_LENGTH_OFFSET);
      return;
    }
    long capacity = task.unit().geometry().logicalBlocks();
    for (int i = 0; i < count; i++) {
      long lba = UnmapParameters.lba(task.data, i);
      if (lba < 0 || lba > capacity || UnmapParameters.blocks(task.data, i) > capacity - lba) {
        task.fail(Sense.LBA_OUT_OF_RANGE);
        return;
      }
    }
    task.remaining = count;
    unmapNext(task);
  }

  private static void unmapNext(ScsiTask task) {
    int block = task.unit().geometry().logicalBlockBytes();
    while (task.step < task.remaining) {
      int index = task.step;
      task.step++;
      long blocks = UnmapParameters.blocks(task.data, index);
      if (blocks > 0) {
        long offset = UnmapParameters.lba(task.data, index) * block;
        task.submit(BlockOperation.UNMAP, offset, blocks * block, ProvisioningCommands::unmapNext);
        return;
      }
    }
    task.good();
  }

  /// A pattern of zeroes is one request; any other is written piece by piece. With UNMAP the range
  /// is unmapped whatever the pattern: what hosts and other targets take it to mean. No blocks mean
  /// all that follow (WSNZ is 0).
  static void writeSame(ScsiTask task) {
    VolumeGeometry geometry = task.unit().geometry();
    task.cursor = BlockCommands.offsetBytes(task);
    long blocks = Cdb.blocks(task.cdb);
    task.remaining =
        blocks == 0 ? geometry.sizeBytes() - task.cursor : blocks * geometry.logicalBlockBytes();
    if (task.remaining == 0) {
      task.good();
    } else if ((Cdb.flags(task.cdb) & UNMAP_FLAG) != 0) {
      task.submit(BlockOperation.UNMAP, task.cursor, task.remaining, ScsiTask::good);
    } else if (isZero(task.data, task.dataOutBytes)) {
      task.submit(BlockOperation.WRITE_ZEROES, task.cursor, task.remaining, ScsiTask::good);
    } else {
      repeatPattern(task);
      writePattern(task);
    }
  }

  private static boolean isZero(UnsafeBuffer data, int bytes) {
    for (int i = 0; i < bytes; i += Long.BYTES) {
      if (data.getLong(i) != 0) {
        return false;
      }
    }
    return true;
  }

  private static void repeatPattern(ScsiTask task) {
    int filled = task.dataOutBytes;
    int room = (int) Math.min(task.room, task.remaining);
    while (filled < room) {
      int more = Math.min(filled, room - filled);
      task.data.putBytes(filled, task.data, 0, more);
      filled += more;
    }
  }

  private static void writePattern(ScsiTask task) {
    if (task.remaining == 0) {
      task.good();
      return;
    }
    int bytes = (int) Math.min(task.room, task.remaining);
    long offset = task.cursor;
    task.cursor += bytes;
    task.remaining -= bytes;
    task.request.data.wrap(task.data, 0, bytes);
    task.submit(BlockOperation.WRITE, offset, bytes, ProvisioningCommands::writePattern);
  }

  /// Tells stretches of mapped and deallocated blocks, as many as fit.
  static void getLbaStatus(ScsiTask task) {
    VolumeGeometry geometry = task.unit().geometry();
    long lba = Cdb.lba(task.cdb);
    if (lba < 0 || lba >= geometry.logicalBlocks()) {
      task.fail(Sense.LBA_OUT_OF_RANGE);
      return;
    }
    task.cursor = lba * geometry.logicalBlockBytes();
    task.step = LbaStatusData.HEADER_BYTES;
    task.data.setMemory(0, LbaStatusData.HEADER_BYTES, (byte) 0);
    askMapping(task);
  }

  private static void askMapping(ScsiTask task) {
    long bytes = task.unit().geometry().sizeBytes() - task.cursor;
    task.submit(BlockOperation.MAPPING, task.cursor, bytes, ProvisioningCommands::addStretch);
  }

  private static void addStretch(ScsiTask task) {
    VolumeGeometry geometry = task.unit().geometry();
    int block = geometry.logicalBlockBytes();
    long bytes =
        Math.min(task.request.resultBytes, LbaStatusData.BLOCKS_MAX * block) / block * block;
    int end =
        LbaStatusData.add(
            task.data, task.step, task.cursor / block, bytes / block, task.request.resultMapped);
    task.step = end;
    task.cursor += bytes;
    int wanted = (int) Math.min(Wire.getUnsignedInt(task.cdb, Cdb.BLOCKS_16_OFFSET), task.room);
    boolean more = bytes > 0 && task.cursor < geometry.sizeBytes();
    if (more && end + LbaStatusData.DESCRIPTOR_BYTES <= wanted) {
      askMapping(task);
      return;
    }
    Wire.putInt(task.data, 0, end - Integer.BYTES);
    PrimaryCommands.answer(task, end);
  }
}
