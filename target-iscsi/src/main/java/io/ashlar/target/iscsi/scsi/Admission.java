package io.ashlar.target.iscsi.scsi;

import io.ashlar.core.volume.VolumeGeometry;

/// Works out what an admitted command moves, and refuses ranges and lengths that cannot be.
final class Admission {
  /// The longest parameter list, and the longest that a reservation report can be.
  private static final int LIST_BYTES_MAX = 64 * 1024;

  private Admission() {}

  /// Sets the task's lengths.
  ///
  /// @return false if the task was refused and completed
  static boolean sizeTransfer(ScsiTask task, CommandDescriptor command, VolumeGeometry geometry) {
    return switch (command.transfer()) {
      case NONE -> true;
      case PARAMETERS_IN -> {
        task.room =
            command.opcode() == Opcode.PERSISTENT_RESERVE_IN
                ? LIST_BYTES_MAX
                : LogicalUnit.PARAMETER_ROOM_BYTES;
        yield true;
      }
      case PARAMETERS_OUT -> parametersOut(task, command);
      case BLOCKS_IN -> blocks(task, geometry, 1, 0);
      case BLOCKS_OUT -> blocks(task, geometry, 0, 1);
      case TWO_HALVES_OUT -> blocks(task, geometry, 0, 2) && expectsAll(task);
      case VERIFY_OUT -> verifyOut(task, geometry);
      case PATTERN_OUT -> patternOut(task, geometry);
      case RANGE_ONLY -> range(task, geometry);
    };
  }

  private static boolean parametersOut(ScsiTask task, CommandDescriptor command) {
    long bytes = command.length().of(task.cdb);
    if (bytes > LIST_BYTES_MAX) {
      task.failCdbField(command.length().offset());
      return false;
    }
    task.dataOutBytes = (int) bytes;
    return true;
  }

  private static boolean blocks(ScsiTask task, VolumeGeometry geometry, int timesIn, int timesOut) {
    if (!range(task, geometry)) {
      return false;
    }
    long blocks = Cdb.blocks(task.cdb);
    if (blocks > blocksMax(task, geometry)) {
      task.failCdbField(lengthOffset(task));
      return false;
    }
    int bytes = (int) (blocks * geometry.logicalBlockBytes());
    task.room = timesIn * bytes;
    task.dataOutBytes = timesOut * bytes;
    return true;
  }

  private static long blocksMax(ScsiTask task, VolumeGeometry geometry) {
    int bytes =
        switch (Cdb.opcode(task.cdb)) {
          case Opcode.COMPARE_AND_WRITE, Opcode.WRITE_ATOMIC_16 ->
              VolumeGeometry.ATOMIC_WRITE_BYTES_MAX;
          default -> LogicalUnit.TRANSFER_BYTES_MAX;
        };
    return bytes / geometry.logicalBlockBytes();
  }

  private static int lengthOffset(ScsiTask task) {
    return switch (Cdb.opcode(task.cdb)) {
      case Opcode.COMPARE_AND_WRITE -> Cdb.BLOCKS_COMPARE_OFFSET;
      case Opcode.WRITE_ATOMIC_16 -> Cdb.BLOCKS_ATOMIC_OFFSET;
      default ->
          switch (Cdb.lengthBytes(Cdb.opcode(task.cdb))) {
            case 10 -> Cdb.BLOCKS_10_OFFSET;
            case 12 -> Cdb.BLOCKS_12_OFFSET;
            case 16 -> Cdb.BLOCKS_16_OFFSET;
            default -> 4;
          };
    };
  }

  private static boolean verifyOut(ScsiTask task, VolumeGeometry geometry) {
    int byteCheck = (Cdb.flags(task.cdb) >>> 1) & 3;
    return switch (byteCheck) {
      case 0 -> range(task, geometry);
      case 1 -> blocks(task, geometry, 0, 1);
      default -> {
        task.failCdbField(Cdb.FLAGS_OFFSET, 2);
        yield false;
      }
    };
  }

  private static boolean patternOut(ScsiTask task, VolumeGeometry geometry) {
    if (!range(task, geometry)) {
      return false;
    }
    boolean noData =
        Cdb.opcode(task.cdb) == Opcode.WRITE_SAME_16
            && (Cdb.flags(task.cdb) & ProvisioningCommands.NO_DATA_OUT_FLAG) != 0;
    long named = Cdb.blocks(task.cdb);
    long blocks = named == 0 ? geometry.logicalBlocks() - Cdb.lba(task.cdb) : named;
    if (blocks > ProvisioningCommands.WRITE_SAME_BLOCKS_MAX) {
      task.failCdbField(lengthOffset(task));
      return false;
    }
    task.dataOutBytes = noData ? 0 : geometry.logicalBlockBytes();
    task.room = noData ? 0 : patternRoom(task, geometry);
    return expectsAll(task);
  }

  /// Where a part of the data means nothing, the initiator must send just what the CDB says.
  private static boolean expectsAll(ScsiTask task) {
    if (task.expectedOutBytes != task.dataOutBytes) {
      task.failCdbField(lengthOffset(task));
      return false;
    }
    return true;
  }

  private static int patternRoom(ScsiTask task, VolumeGeometry geometry) {
    long blocks = Cdb.blocks(task.cdb);
    long range = blocks == 0 ? geometry.sizeBytes() : blocks * geometry.logicalBlockBytes();
    return (int) Math.min(range, ProvisioningCommands.PATTERN_ROOM_BYTES);
  }

  /// Whether the CDB's range lies within the unit; a range of no blocks may begin at its end.
  private static boolean range(ScsiTask task, VolumeGeometry geometry) {
    long lba = Cdb.lba(task.cdb);
    long capacity = geometry.logicalBlocks();
    if (lba < 0 || lba > capacity || Cdb.blocks(task.cdb) > capacity - lba) {
      task.fail(Sense.LBA_OUT_OF_RANGE);
      return false;
    }
    return true;
  }
}
