package io.ashlar.target.iscsi.scsi;

import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/// MAINTENANCE IN's service actions (SPC-4 §6.31 – §6.36): which commands and functions there are,
/// and the state of the target ports.
final class MaintenanceCommands {
  static final int REPORT_TARGET_PORT_GROUPS = 0x0A;
  static final int REPORT_SUPPORTED_OPERATION_CODES = 0x0C;
  static final int REPORT_SUPPORTED_FUNCTIONS = 0x0D;

  private static final int OPTIONS_OFFSET = 2;
  private static final int OPCODE_OFFSET = 3;
  private static final int SERVICE_ACTION_OFFSET = 4;
  private static final int TIMEOUTS_FLAG = 0x80;
  private static final int TIMEOUTS_BYTES = 12;
  private static final int DESCRIPTOR_BYTES = 8;
  private static final int HEADER_BYTES = 4;

  private static final int NOT_SUPPORTED = 0x01;
  private static final int SUPPORTED = 0x03;
  private static final int ONE_HAS_TIMEOUTS = 0x80;
  private static final int ALL_HAS_TIMEOUTS = 0x02;
  private static final int HAS_SERVICE_ACTION = 0x01;

  /// ABORT TASK, ABORT TASK SET, CLEAR TASK SET, LOGICAL UNIT RESET, and the target resets.
  private static final int FUNCTIONS = 0xDA;

  private static final int EXTENDED_HEADER_FORMAT = 1;

  private MaintenanceCommands() {}

  static void reportSupportedOperationCodes(ScsiTask task) {
    int options = Cdb.getByte(task.cdb, OPTIONS_OFFSET);
    boolean timeouts = (options & TIMEOUTS_FLAG) != 0;
    int opcode = Cdb.getByte(task.cdb, OPCODE_OFFSET);
    int serviceAction = Wire.getShort(task.cdb, SERVICE_ACTION_OFFSET);
    boolean split = CommandTable.hasServiceActions(opcode);
    boolean known = CommandTable.knows(opcode);
    switch (options & 0x07) {
      case 0 -> PrimaryCommands.answer(task, writeAll(task.data, timeouts));
      case 1 -> {
        if (known && split) {
          task.failCdbField(OPTIONS_OFFSET, 2);
          return;
        }
        answerOne(task, CommandTable.find(opcode, 0), timeouts);
      }
      case 2 -> {
        if (known && !split) {
          task.failCdbField(OPTIONS_OFFSET, 2);
          return;
        }
        answerOne(task, CommandTable.find(opcode, serviceAction), timeouts);
      }
      case 3 -> {
        boolean exists = split || serviceAction == 0;
        answerOne(task, exists ? CommandTable.find(opcode, serviceAction) : null, timeouts);
      }
      default -> task.failCdbField(OPTIONS_OFFSET, 2);
    }
  }

  /// ```
  /// | length (4) | { opcode | 0 | service action (2) | 0 | CTDP·SERVACTV | CDB length (2) | timeouts (12) }* |
  /// ```
  private static int writeAll(UnsafeBuffer out, boolean timeouts) {
    int at = HEADER_BYTES;
    for (CommandDescriptor command : CommandTable.COMMANDS) {
      out.setMemory(at, DESCRIPTOR_BYTES, (byte) 0);
      out.putByte(at, (byte) command.opcode());
      if (command.hasServiceAction()) {
        Wire.putShort(out, at + 2, command.serviceAction());
      }
      int flags =
          (timeouts ? ALL_HAS_TIMEOUTS : 0) | (command.hasServiceAction() ? HAS_SERVICE_ACTION : 0);
      out.putByte(at + 5, (byte) flags);
      Wire.putShort(out, at + 6, command.usage().lengthBytes());
      at += DESCRIPTOR_BYTES;
      if (timeouts) {
        at = writeTimeouts(out, at);
      }
    }
    Wire.putInt(out, 0, at - HEADER_BYTES);
    return at;
  }

  /// ```
  /// | 0 | CTDP·SUPPORT | CDB length (2) | CDB usage data | timeouts (12) |
  /// ```
  private static void answerOne(
      ScsiTask task, @Nullable CommandDescriptor command, boolean timeouts) {
    UnsafeBuffer out = task.data;
    out.setMemory(0, HEADER_BYTES, (byte) 0);
    if (command == null) {
      out.putByte(1, (byte) NOT_SUPPORTED);
      PrimaryCommands.answer(task, HEADER_BYTES);
      return;
    }
    out.putByte(1, (byte) (SUPPORTED | (timeouts ? ONE_HAS_TIMEOUTS : 0)));
    Wire.putShort(out, 2, command.usage().lengthBytes());
    command.usage().write(out, HEADER_BYTES);
    int end = HEADER_BYTES + command.usage().lengthBytes();
    PrimaryCommands.answer(task, timeouts ? writeTimeouts(out, end) : end);
  }

  /// A timeouts descriptor with no timeout in it: none is known.
  private static int writeTimeouts(UnsafeBuffer out, int at) {
    out.setMemory(at, TIMEOUTS_BYTES, (byte) 0);
    Wire.putShort(out, at, TIMEOUTS_BYTES - 2);
    return at + TIMEOUTS_BYTES;
  }

  static void reportSupportedFunctions(ScsiTask task) {
    boolean extended = (Cdb.getByte(task.cdb, OPTIONS_OFFSET) & TIMEOUTS_FLAG) != 0;
    int bytes = extended ? 16 : 4;
    task.data.setMemory(0, bytes, (byte) 0);
    task.data.putByte(0, (byte) FUNCTIONS);
    task.data.putByte(3, (byte) (extended ? bytes - 4 : 0));
    PrimaryCommands.answer(task, bytes);
  }

  /// One group, active/optimized for ever, with one port.
  ///
  /// ```
  /// | length (4) | extended header (4)? | PREF·state | supported | group (2) | 0 | status | vendor | ports |
  /// | 0 (2) | relative port (2) |
  /// ```
  static void reportTargetPortGroups(ScsiTask task) {
    int format = Cdb.flags(task.cdb) >>> 5;
    if (format > EXTENDED_HEADER_FORMAT) {
      task.failCdbField(Cdb.FLAGS_OFFSET);
      return;
    }
    UnsafeBuffer out = task.data;
    int at = format == EXTENDED_HEADER_FORMAT ? 8 : 4;
    out.setMemory(0, at + 12, (byte) 0);
    if (format == EXTENDED_HEADER_FORMAT) {
      out.putByte(4, (byte) (EXTENDED_HEADER_FORMAT << 4));
    }
    // only active/optimized is supported
    out.putByte(at + 1, (byte) 0x01);
    Wire.putShort(out, at + 2, Designators.PORT_GROUP);
    out.putByte(at + 7, (byte) 1);
    Wire.putShort(out, at + 10, Designators.RELATIVE_PORT);
    Wire.putInt(out, 0, at + 12 - 4);
    PrimaryCommands.answer(task, at + 12);
  }
}
