package io.ashlar.target.nvme.controller;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import io.ashlar.target.nvme.spec.AdminOpcode;
import io.ashlar.target.nvme.spec.IdentifyControllerFlyweight;
import io.ashlar.target.nvme.spec.IoOpcode;
import io.ashlar.target.nvme.spec.LogPageId;
import io.ashlar.target.nvme.subsystem.AnaGroup;
import io.ashlar.target.nvme.subsystem.Subsystem;
import java.nio.charset.StandardCharsets;
import org.agrona.concurrent.UnsafeBuffer;

/// The log pages of an I/O controller, whole (Base 2.0, 5.16.1).
///
/// ```
/// health:    | warnings 1 | temperature 2 | spare 1 | threshold 1 | … 32 | units read 16
///            | units written 16 | reads 16 | writes 16 | … 512
/// firmware:  | active slot 1 | … 8 | revision of slot 1, 8 | … 512
/// commands:  | admin opcodes 256 × 4 | I/O opcodes 256 × 4 | … 4096
/// ANA:       | changes 8 | groups 2 | … 16 | group: id 4, namespaces 4, changes 8, state 1, … 16 | nsid 4
/// ```
final class LogPages {
  private static final int ERROR_ENTRY_BYTES = 64;

  /// How many entries the error page has; Identify says so too.
  static final int ERROR_ENTRIES = 1;

  private static final int HEALTH_BYTES = 512;
  private static final int HEALTH_SPARE_OFFSET = 3;
  private static final int HEALTH_SPARE_THRESHOLD_OFFSET = 4;
  private static final int HEALTH_UNITS_READ_OFFSET = 32;
  private static final int HEALTH_UNITS_WRITTEN_OFFSET = 48;
  private static final int HEALTH_READS_OFFSET = 64;
  private static final int HEALTH_WRITES_OFFSET = 80;

  /// A data unit is a thousand times 512 bytes, rounded up.
  private static final long DATA_UNIT_BYTES = 512_000;

  private static final int FIRMWARE_BYTES = 512;
  private static final int FIRMWARE_SLOT_1_OFFSET = 8;
  private static final int LIST_BYTES = 4096;
  private static final int COMMANDS_IO_OFFSET = 1024;
  private static final int COMMAND_SUPPORTED = 1;
  private static final int COMMAND_CHANGES_BLOCKS = 1 << 1;
  private static final int SUPPORTED_BYTES = 1024;

  private static final int ANA_HEADER_BYTES = 16;
  private static final int ANA_GROUP_BYTES = 32;

  private LogPages() {}

  static UnsafeBuffer supported() {
    UnsafeBuffer page = new UnsafeBuffer(new byte[SUPPORTED_BYTES]);
    int[] ids = {
      LogPageId.SUPPORTED_LOG_PAGES,
      LogPageId.ERROR_INFORMATION,
      LogPageId.HEALTH,
      LogPageId.FIRMWARE_SLOT,
      LogPageId.CHANGED_NAMESPACES,
      LogPageId.COMMANDS_SUPPORTED,
      LogPageId.ASYMMETRIC_NAMESPACE_ACCESS,
      LogPageId.RESERVATION_NOTIFICATION
    };
    for (int id : ids) {
      page.putInt(id * Integer.BYTES, 1, LITTLE_ENDIAN);
    }
    return page;
  }

  /// Errors are told by their command's own status; the page holds none.
  static UnsafeBuffer errors() {
    return new UnsafeBuffer(new byte[ERROR_ENTRIES * ERROR_ENTRY_BYTES]);
  }

  static UnsafeBuffer health(TrafficCounters traffic) {
    UnsafeBuffer page = new UnsafeBuffer(new byte[HEALTH_BYTES]);
    page.putByte(HEALTH_SPARE_OFFSET, (byte) 100);
    page.putByte(HEALTH_SPARE_THRESHOLD_OFFSET, (byte) 10);
    page.putLong(HEALTH_UNITS_READ_OFFSET, units(traffic.readBytes), LITTLE_ENDIAN);
    page.putLong(HEALTH_UNITS_WRITTEN_OFFSET, units(traffic.writtenBytes), LITTLE_ENDIAN);
    page.putLong(HEALTH_READS_OFFSET, traffic.readCommands, LITTLE_ENDIAN);
    page.putLong(HEALTH_WRITES_OFFSET, traffic.writeCommands, LITTLE_ENDIAN);
    return page;
  }

  private static long units(long bytes) {
    return (bytes + DATA_UNIT_BYTES - 1) / DATA_UNIT_BYTES;
  }

  static UnsafeBuffer firmware() {
    UnsafeBuffer page = new UnsafeBuffer(new byte[FIRMWARE_BYTES]);
    page.putByte(0, (byte) 1);
    page.setMemory(FIRMWARE_SLOT_1_OFFSET, IdentifyControllerFlyweight.FIRMWARE_BYTES, (byte) ' ');
    byte[] revision = IdentifyData.FIRMWARE_REVISION.getBytes(StandardCharsets.US_ASCII);
    page.putBytes(FIRMWARE_SLOT_1_OFFSET, revision);
    return page;
  }

  static UnsafeBuffer commands() {
    UnsafeBuffer page = new UnsafeBuffer(new byte[LIST_BYTES]);
    int[] admin = {
      AdminOpcode.GET_LOG_PAGE,
      AdminOpcode.IDENTIFY,
      AdminOpcode.ABORT,
      AdminOpcode.SET_FEATURES,
      AdminOpcode.GET_FEATURES,
      AdminOpcode.ASYNC_EVENT_REQUEST,
      AdminOpcode.KEEP_ALIVE
    };
    for (int opcode : admin) {
      page.putInt(opcode * Integer.BYTES, COMMAND_SUPPORTED, LITTLE_ENDIAN);
    }
    int[] reading = {
      IoOpcode.FLUSH,
      IoOpcode.READ,
      IoOpcode.COMPARE,
      IoOpcode.VERIFY,
      IoOpcode.RESERVATION_REGISTER,
      IoOpcode.RESERVATION_REPORT,
      IoOpcode.RESERVATION_ACQUIRE,
      IoOpcode.RESERVATION_RELEASE
    };
    for (int opcode : reading) {
      putIo(page, opcode, COMMAND_SUPPORTED);
    }
    int[] changing = {
      IoOpcode.WRITE, IoOpcode.WRITE_ZEROES, IoOpcode.DATASET_MANAGEMENT, IoOpcode.COPY
    };
    for (int opcode : changing) {
      putIo(page, opcode, COMMAND_SUPPORTED | COMMAND_CHANGES_BLOCKS);
    }
    return page;
  }

  private static void putIo(UnsafeBuffer page, int opcode, int effects) {
    page.putInt(COMMANDS_IO_OFFSET + opcode * Integer.BYTES, effects, LITTLE_ENDIAN);
  }

  static UnsafeBuffer changedNamespaces(boolean changed) {
    UnsafeBuffer page = new UnsafeBuffer(new byte[LIST_BYTES]);
    page.putInt(0, changed ? Subsystem.NAMESPACE_ID : 0, LITTLE_ENDIAN);
    return page;
  }

  static UnsafeBuffer ana(AnaGroup group, boolean groupsOnly) {
    int namespaces = groupsOnly ? 0 : 1;
    int length = ANA_HEADER_BYTES + ANA_GROUP_BYTES + namespaces * Integer.BYTES;
    UnsafeBuffer page = new UnsafeBuffer(new byte[length]);
    page.putLong(0, group.changeCount(), LITTLE_ENDIAN);
    page.putShort(8, (short) 1, LITTLE_ENDIAN);
    page.putInt(ANA_HEADER_BYTES, group.id(), LITTLE_ENDIAN);
    page.putInt(ANA_HEADER_BYTES + 4, namespaces, LITTLE_ENDIAN);
    page.putLong(ANA_HEADER_BYTES + 8, group.changeCount(), LITTLE_ENDIAN);
    page.putByte(ANA_HEADER_BYTES + 16, (byte) group.state().code);
    if (!groupsOnly) {
      page.putInt(ANA_HEADER_BYTES + ANA_GROUP_BYTES, Subsystem.NAMESPACE_ID, LITTLE_ENDIAN);
    }
    return page;
  }
}
