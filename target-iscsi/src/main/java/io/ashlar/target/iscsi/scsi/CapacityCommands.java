package io.ashlar.target.iscsi.scsi;

import io.ashlar.core.volume.VolumeGeometry;
import org.agrona.concurrent.UnsafeBuffer;

/// READ CAPACITY (SBC-4 §5.20, §5.21).
///
/// ```
/// (10): | last LBA (4) | block length (4) |
/// (16): | last LBA (8) | block length (4) | PROT_EN | LBPPBE | LBPME LBPRZ · lowest aligned LBA (2) | 0 (16) |
///         0              8                  12        13       14                                  16     32
/// ```
final class CapacityCommands {
  static final int READ_CAPACITY_16 = 0x10;

  private static final int BYTES_10 = 8;
  private static final int BYTES_16 = 32;
  private static final int PMI_OFFSET = 8;

  /// Blocks can be unmapped, and read as zeroes then.
  private static final int PROVISIONING = 0xC000;

  private CapacityCommands() {}

  static void readCapacity10(ScsiTask task) {
    if (Wire.getInt(task.cdb, Cdb.LBA_OFFSET) != 0) {
      task.failCdbField(Cdb.LBA_OFFSET);
      return;
    }
    VolumeGeometry geometry = task.unit().geometry();
    long last = Math.min(geometry.logicalBlocks() - 1, 0xFFFF_FFFFL);
    Wire.putInt(task.data, 0, (int) last);
    Wire.putInt(task.data, 4, geometry.logicalBlockBytes());
    task.good(BYTES_10);
  }

  static void readCapacity16(ScsiTask task) {
    boolean partial = Cdb.getByte(task.cdb, PMI_OFFSET + 6) != 0;
    if (!partial && Wire.getLong(task.cdb, Cdb.LBA_OFFSET) != 0) {
      task.failCdbField(Cdb.LBA_OFFSET);
      return;
    }
    VolumeGeometry geometry = task.unit().geometry();
    UnsafeBuffer out = task.data;
    out.setMemory(0, BYTES_16, (byte) 0);
    Wire.putLong(out, 0, geometry.logicalBlocks() - 1);
    Wire.putInt(out, 8, geometry.logicalBlockBytes());
    out.putByte(13, (byte) physicalExponent(geometry));
    Wire.putShort(out, 14, PROVISIONING);
    PrimaryCommands.answer(task, BYTES_16);
  }

  /// log₂ of the logical blocks in one physical block: the store maps 4 KiB blocks.
  private static int physicalExponent(VolumeGeometry geometry) {
    return Integer.numberOfTrailingZeros(VolumeGeometry.BLOCK_BYTES / geometry.logicalBlockBytes());
  }
}
