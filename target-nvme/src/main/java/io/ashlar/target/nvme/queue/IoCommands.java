package io.ashlar.target.nvme.queue;

import io.ashlar.core.volume.BlockOperation;
import io.ashlar.core.volume.BlockRequest;
import io.ashlar.core.volume.BlockStatus;
import io.ashlar.core.volume.BlockVolume;
import io.ashlar.core.volume.VolumeGeometry;
import io.ashlar.target.nvme.spec.AdminOpcode;
import io.ashlar.target.nvme.spec.CommandFlyweight;
import io.ashlar.target.nvme.spec.IoOpcode;
import io.ashlar.target.nvme.spec.NvmeStatus;
import io.ashlar.target.nvme.spec.RangeFlyweight;
import io.ashlar.target.nvme.subsystem.Subsystem;

/// What I/O commands mean (NVM Command Set 1.0, 3.2): from an entry to requests to the volume, and
/// from the volume's status to NVMe's.
final class IoCommands {
  /// Of [#prepare]: the request is ready to be submitted.
  static final int SUBMIT = -1;

  private static final int ALL_NAMESPACES = -1;
  private static final int DATASET_DEALLOCATE = 1 << 2;
  private static final int COPY_FORMAT_MASK = 0xF;

  private IoCommands() {}

  /// Checks a command by its entry alone and sets how much data it moves.
  static int check(Command command, VolumeGeometry geometry, int transferBytesMax) {
    CommandFlyweight entry = command.entry;
    int opcode = command.opcode;
    if (opcode == AdminOpcode.FABRICS) {
      return checkFabrics(entry);
    }
    if (!isKnown(opcode)) {
      return NvmeStatus.INVALID_OPCODE;
    }
    int namespaceId = entry.namespaceId();
    boolean known =
        namespaceId == Subsystem.NAMESPACE_ID
            || (namespaceId == ALL_NAMESPACES && opcode == IoOpcode.FLUSH);
    if (!known) {
      return NvmeStatus.INVALID_NAMESPACE;
    }
    int status = checkFuse(command, geometry);
    if (status != NvmeStatus.SUCCESS) {
      return status;
    }
    return switch (opcode) {
      case IoOpcode.READ, IoOpcode.WRITE, IoOpcode.COMPARE ->
          checkTransfer(command, geometry, transferBytesMax);
      case IoOpcode.WRITE_ZEROES, IoOpcode.VERIFY -> checkRange(entry, geometry);
      case IoOpcode.DATASET_MANAGEMENT ->
          checkList(command, RangeFlyweight.DATASET_BYTES, entry.cdw10(), transferBytesMax);
      case IoOpcode.COPY -> checkCopy(command, geometry, transferBytesMax);
      case IoOpcode.RESERVATION_REGISTER,
          IoOpcode.RESERVATION_ACQUIRE,
          IoOpcode.RESERVATION_RELEASE ->
          checkKeys(command, transferBytesMax);
      case IoOpcode.RESERVATION_REPORT -> checkReport(command, transferBytesMax);
      default -> NvmeStatus.SUCCESS;
    };
  }

  private static boolean isKnown(int opcode) {
    return switch (opcode) {
      case IoOpcode.FLUSH,
          IoOpcode.WRITE,
          IoOpcode.READ,
          IoOpcode.COMPARE,
          IoOpcode.WRITE_ZEROES,
          IoOpcode.DATASET_MANAGEMENT,
          IoOpcode.VERIFY,
          IoOpcode.COPY,
          IoOpcode.RESERVATION_REGISTER,
          IoOpcode.RESERVATION_REPORT,
          IoOpcode.RESERVATION_ACQUIRE,
          IoOpcode.RESERVATION_RELEASE ->
          true;
      default -> false;
    };
  }

  private static int checkFabrics(CommandFlyweight entry) {
    return switch (entry.fabricsType()) {
      case AdminOpcode.FABRICS_DISCONNECT -> NvmeStatus.SUCCESS;
      case AdminOpcode.FABRICS_CONNECT -> NvmeStatus.COMMAND_SEQUENCE_ERROR;
      default -> NvmeStatus.INVALID_FIELD;
    };
  }

  /// Compare and Write may be fused, in this order, up to the atomic size.
  private static int checkFuse(Command command, VolumeGeometry geometry) {
    int fuse = command.entry.fuse();
    if (fuse == CommandFlyweight.FUSE_NONE) {
      return NvmeStatus.SUCCESS;
    }
    boolean allowed =
        (fuse == CommandFlyweight.FUSE_FIRST && command.opcode == IoOpcode.COMPARE)
            || (fuse == CommandFlyweight.FUSE_SECOND && command.opcode == IoOpcode.WRITE);
    if (!allowed) {
      return NvmeStatus.INVALID_FIELD;
    }
    long bytes = (long) command.entry.logicalBlocks() * geometry.logicalBlockBytes();
    return bytes <= VolumeGeometry.ATOMIC_WRITE_BYTES_MAX
        ? NvmeStatus.SUCCESS
        : NvmeStatus.ATOMIC_WRITE_UNIT_EXCEEDED;
  }

  private static int checkRange(CommandFlyweight entry, VolumeGeometry geometry) {
    return isWithin(entry.startLba(), entry.logicalBlocks(), geometry)
        ? NvmeStatus.SUCCESS
        : NvmeStatus.LBA_OUT_OF_RANGE;
  }

  private static boolean isWithin(long startLba, long blocks, VolumeGeometry geometry) {
    long capacity = geometry.logicalBlocks();
    return startLba >= 0 && startLba <= capacity && blocks <= capacity - startLba;
  }

  private static int checkTransfer(Command command, VolumeGeometry geometry, int transferBytesMax) {
    CommandFlyweight entry = command.entry;
    long bytes = (long) entry.logicalBlocks() * geometry.logicalBlockBytes();
    if (bytes > transferBytesMax) {
      return NvmeStatus.INVALID_FIELD;
    }
    if (!isWithin(entry.startLba(), entry.logicalBlocks(), geometry)) {
      return NvmeStatus.LBA_OUT_OF_RANGE;
    }
    if (entry.sglLengthBytes() != bytes) {
      return NvmeStatus.DATA_SGL_LENGTH_INVALID;
    }
    command.transferBytes = (int) bytes;
    return NvmeStatus.SUCCESS;
  }

  /// A list of ranges whose count is in the low byte of a dword; hosts may send more than they
  /// count.
  private static int checkList(
      Command command, int rangeBytes, int countDword, int transferBytesMax) {
    int ranges = (countDword & 0xFF) + 1;
    long bytes = command.entry.sglLengthBytes();
    if (bytes < (long) ranges * rangeBytes || bytes > transferBytesMax) {
      return NvmeStatus.DATA_SGL_LENGTH_INVALID;
    }
    command.rangeCount = ranges;
    command.transferBytes = (int) bytes;
    return NvmeStatus.SUCCESS;
  }

  private static int checkKeys(Command command, int transferBytesMax) {
    long bytes = command.entry.sglLengthBytes();
    if (bytes < ReservationCommands.dataBytes(command) || bytes > transferBytesMax) {
      return NvmeStatus.DATA_SGL_LENGTH_INVALID;
    }
    command.transferBytes = (int) bytes;
    return NvmeStatus.SUCCESS;
  }

  /// A report's length is in its dword, zero-based in dwords.
  private static int checkReport(Command command, int transferBytesMax) {
    long bytes = (Integer.toUnsignedLong(command.entry.cdw10()) + 1) * Integer.BYTES;
    if (bytes > transferBytesMax) {
      return NvmeStatus.INVALID_FIELD;
    }
    if (bytes > command.entry.sglLengthBytes()) {
      return NvmeStatus.DATA_SGL_LENGTH_INVALID;
    }
    command.transferBytes = (int) bytes;
    return NvmeStatus.SUCCESS;
  }

  /// Whether a command may change the reservations.
  static boolean changesReservations(int opcode) {
    return switch (opcode) {
      case IoOpcode.RESERVATION_REGISTER,
          IoOpcode.RESERVATION_ACQUIRE,
          IoOpcode.RESERVATION_RELEASE ->
          true;
      default -> false;
    };
  }

  /// Whether a command is held to what a reservation lets others do only as a read (Base 2.0,
  /// figure "Command Behavior in the Presence of a Reservation").
  static boolean onlyReads(int opcode) {
    return opcode == IoOpcode.READ || opcode == IoOpcode.COMPARE || opcode == IoOpcode.VERIFY;
  }

  private static int checkCopy(Command command, VolumeGeometry geometry, int transferBytesMax) {
    int cdw12 = command.entry.cdw12();
    if ((cdw12 >>> Byte.SIZE & COPY_FORMAT_MASK) != 0) {
      return NvmeStatus.INVALID_FIELD;
    }
    if ((cdw12 & 0xFF) >= RangeFlyweight.COPY_RANGES_MAX) {
      return NvmeStatus.COMMAND_SIZE_LIMIT_EXCEEDED;
    }
    if (!isWithin(command.entry.startLba(), 0, geometry)) {
      return NvmeStatus.LBA_OUT_OF_RANGE;
    }
    return checkList(command, RangeFlyweight.COPY_BYTES, cdw12, transferBytesMax);
  }

  /// Fills the first request of a command whose data is there.
  ///
  /// @return [#SUBMIT], or the status with which the command ends at once
  static int prepare(Command command, BlockVolume volume) {
    VolumeGeometry geometry = volume.geometry();
    command.rangeIndex = 0;
    switch (command.opcode) {
      case IoOpcode.READ -> prepareRange(command, geometry, BlockOperation.READ);
      case IoOpcode.WRITE -> prepareRange(command, geometry, BlockOperation.WRITE);
      case IoOpcode.COMPARE -> prepareRange(command, geometry, BlockOperation.COMPARE);
      case IoOpcode.WRITE_ZEROES -> prepareRange(command, geometry, BlockOperation.WRITE_ZEROES);
      case IoOpcode.VERIFY -> prepareRange(command, geometry, BlockOperation.VERIFY);
      case IoOpcode.FLUSH -> {
        command.request.operation = BlockOperation.FLUSH;
        command.request.offsetBytes = 0;
        command.request.lengthBytes = 0;
      }
      case IoOpcode.DATASET_MANAGEMENT -> {
        return prepareDataset(command, volume);
      }
      case IoOpcode.COPY -> {
        return RangeCommands.prepareCopy(command, volume);
      }
      default -> {
        return NvmeStatus.SUCCESS;
      }
    }
    return SUBMIT;
  }

  private static int prepareDataset(Command command, BlockVolume volume) {
    if ((command.entry.cdw11() & DATASET_DEALLOCATE) == 0) {
      return NvmeStatus.SUCCESS; // the other attributes are hints
    }
    return RangeCommands.prepareDeallocate(command, volume);
  }

  /// Fills the request from the entry's range.
  static void prepareRange(Command command, VolumeGeometry geometry, BlockOperation operation) {
    BlockRequest request = command.request;
    request.operation = operation;
    request.offsetBytes = command.entry.startLba() * geometry.logicalBlockBytes();
    request.lengthBytes = (long) command.entry.logicalBlocks() * geometry.logicalBlockBytes();
  }

  /// Fills the next request of a command of several ranges.
  ///
  /// @return false if there is none: the command is done
  static boolean prepareNext(Command command, BlockVolume volume) {
    return switch (command.opcode) {
      case IoOpcode.DATASET_MANAGEMENT -> RangeCommands.nextDeallocate(command, volume);
      case IoOpcode.COPY -> RangeCommands.nextCopy(command, volume);
      default -> false;
    };
  }

  /// NVMe's word for how a request ended.
  static int statusOf(BlockStatus outcome, int opcode) {
    return switch (outcome) {
      case OK -> NvmeStatus.SUCCESS;
      case OUT_OF_RANGE -> NvmeStatus.LBA_OUT_OF_RANGE;
      case INVALID -> NvmeStatus.INVALID_FIELD;
      case MISCOMPARE -> NvmeStatus.COMPARE_FAILURE;
      case NO_SPACE -> NvmeStatus.CAPACITY_EXCEEDED;
      case MEDIUM_ERROR ->
          opcode == IoOpcode.WRITE ? NvmeStatus.WRITE_FAULT : NvmeStatus.UNRECOVERED_READ_ERROR;
      case ABORTED -> NvmeStatus.ABORT_REQUESTED;
      // A status of the path: a host with another path tries that one.
      case OFFLINE -> NvmeStatus.INTERNAL_PATH_ERROR;
    };
  }
}
