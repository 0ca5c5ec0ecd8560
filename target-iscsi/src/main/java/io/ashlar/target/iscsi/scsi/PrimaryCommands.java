package io.ashlar.target.iscsi.scsi;

import org.agrona.concurrent.UnsafeBuffer;

/// Small commands of SPC-4 §6 that every unit has.
final class PrimaryCommands {
  private static final int REQUEST_SENSE_DESCRIPTORS = 0x01;
  private static final int LUN_LIST_HEADER_BYTES = 8;

  private PrimaryCommands() {}

  /// Ends the task with parameter data, cut at the CDB's allocation length.
  static void answer(ScsiTask task, int bytes) {
    CommandDescriptor command = task.command;
    long allocated = command == null ? bytes : command.length().of(task.cdb);
    task.good((int) Math.min(bytes, allocated));
  }

  static void testUnitReady(ScsiTask task) {
    if (task.unit().modes().isStopped()) {
      task.fail(Sense.INITIALIZING_COMMAND_REQUIRED);
      return;
    }
    task.good();
  }

  /// Returns the pending unit attention, if any, as parameter data; the command itself is good.
  static void requestSense(ScsiTask task) {
    SenseFormat format =
        (Cdb.flags(task.cdb) & REQUEST_SENSE_DESCRIPTORS) != 0
            ? SenseFormat.DESCRIPTOR
            : SenseFormat.FIXED;
    Sense sense =
        task.isForAbsentUnit ? Sense.LOGICAL_UNIT_NOT_SUPPORTED : task.nexus().takeAttention();
    answer(task, SenseData.write(sense, task.data, 0, format));
  }

  /// ```
  /// | list length (4) | reserved (4) | LUN (8) * |
  /// ```
  static void reportLuns(ScsiTask task) {
    int select = Cdb.getByte(task.cdb, 2);
    boolean includesUnits = select != 0x01;
    if (select > 0x02) {
      task.failCdbField(2);
      return;
    }
    UnsafeBuffer out = task.data;
    int list = includesUnits ? Long.BYTES : 0;
    out.setMemory(0, LUN_LIST_HEADER_BYTES + list, (byte) 0);
    Wire.putInt(out, 0, list);
    answer(task, LUN_LIST_HEADER_BYTES + list);
  }

  /// There is nothing to eject, so nothing changes.
  static void preventAllow(ScsiTask task) {
    task.good();
  }

  /// No list of defects: `| 0 | PLIST·GLIST·format | length = 0 (2) |`.
  static void readDefectData10(ScsiTask task) {
    task.data.setMemory(0, 4, (byte) 0);
    task.data.putByte(1, (byte) Cdb.getByte(task.cdb, 2));
    answer(task, 4);
  }

  /// No list of defects: `| 0 | PLIST·GLIST·format | generation (2) | length = 0 (4) |`.
  static void readDefectData12(ScsiTask task) {
    task.data.setMemory(0, 8, (byte) 0);
    task.data.putByte(1, (byte) Cdb.flags(task.cdb));
    answer(task, 8);
  }

  /// Whether a START STOP UNIT only starts the unit, which a reservation never forbids (SPC-4 table
  /// 66: START set to one and a power condition of zero).
  static boolean startsUnit(ScsiTask task) {
    int flags = Cdb.getByte(task.cdb, 4);
    return (flags & 0x01) != 0 && flags >>> 4 == 0;
  }

  /// The medium is never removed and has no power conditions: only START can be changed.
  static void startStopUnit(ScsiTask task) {
    int flags = Cdb.getByte(task.cdb, 4);
    int powerCondition = flags >>> 4;
    boolean loadEject = (flags & 0x02) != 0;
    if (powerCondition != 0 || loadEject) {
      task.failCdbField(4);
      return;
    }
    task.unit().modes().stopped((flags & 0x01) == 0);
    task.good();
  }
}
