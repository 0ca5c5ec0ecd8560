package io.ashlar.target.iscsi.scsi;

import io.ashlar.core.volume.VolumeGeometry;
import org.agrona.concurrent.UnsafeBuffer;

/// MODE SENSE and MODE SELECT (SPC-4 §6.9 – §6.12).
///
/// ```
/// (6):  | length (1) | medium | specific | descriptors' length (1) | descriptor (8) | pages |
/// (10): | length (2) | medium | specific | LLBAA | 0 | descriptors' length (2) | descriptor (8, 16) | pages |
/// short descriptor: | blocks (4) | 0 | block length (3) |   long: | blocks (8) | 0 (4) | length (4) |
/// ```
final class ModeCommands {
  private static final int HEADER_6_BYTES = 4;
  private static final int HEADER_10_BYTES = 8;
  private static final int SHORT_DESCRIPTOR_BYTES = 8;
  private static final int LONG_DESCRIPTOR_BYTES = 16;

  private static final int NO_DESCRIPTORS_FLAG = 0x08;
  private static final int LONG_LBA_FLAG = 0x10;
  private static final int SAVED_VALUES = 3;
  private static final int ALL_SUBPAGES = 0xFF;

  private static final int WRITE_PROTECTED = 0x80;
  private static final int DPO_AND_FUA = 0x10;

  private static final int PAGE_FORMAT_FLAG = 0x10;
  private static final int SAVE_PAGES_FLAG = 0x01;

  private ModeCommands() {}

  static void sense(ScsiTask task) {
    boolean isShort = Cdb.opcode(task.cdb) == Opcode.MODE_SENSE_6;
    int page = Cdb.getByte(task.cdb, 2) & 0x3F;
    int control = Cdb.getByte(task.cdb, 2) >>> 6;
    int subpage = Cdb.getByte(task.cdb, 3);
    if (control == SAVED_VALUES) {
      task.fail(Sense.SAVING_PARAMETERS_NOT_SUPPORTED);
      return;
    }
    if (!ModePages.has(page)
        || (subpage != 0 && (page != ModePages.ALL || subpage != ALL_SUBPAGES))) {
      task.failCdbField(2, 5);
      return;
    }
    int flags = Cdb.flags(task.cdb);
    boolean isLong = !isShort && (flags & LONG_LBA_FLAG) != 0;
    UnsafeBuffer out = task.data;
    int header = isShort ? HEADER_6_BYTES : HEADER_10_BYTES;
    out.setMemory(0, header, (byte) 0);
    int descriptor =
        (flags & NO_DESCRIPTORS_FLAG) != 0
            ? 0
            : writeDescriptor(out, header, task.unit().geometry(), isLong);
    ModePages.Values values =
        switch (control) {
          case 0 -> ModePages.Values.CURRENT;
          case 1 -> ModePages.Values.CHANGEABLE;
          default -> ModePages.Values.DEFAULT;
        };
    int end = ModePages.write(out, header + descriptor, page, values, task.unit().modes());
    writeHeader(task, isShort, isLong, descriptor, end);
    PrimaryCommands.answer(task, end);
  }

  private static void writeHeader(
      ScsiTask task, boolean isShort, boolean isLong, int descriptor, int end) {
    UnsafeBuffer out = task.data;
    int specific = DPO_AND_FUA | (task.unit().modes().isWriteProtected() ? WRITE_PROTECTED : 0);
    if (isShort) {
      out.putByte(0, (byte) (end - 1));
      out.putByte(2, (byte) specific);
      out.putByte(3, (byte) descriptor);
    } else {
      Wire.putShort(out, 0, end - Short.BYTES);
      out.putByte(3, (byte) specific);
      out.putByte(4, (byte) (isLong ? 1 : 0));
      Wire.putShort(out, 6, descriptor);
    }
  }

  private static int writeDescriptor(
      UnsafeBuffer out, int at, VolumeGeometry geometry, boolean isLong) {
    if (isLong) {
      Wire.putLong(out, at, geometry.logicalBlocks());
      Wire.putInt(out, at + 8, 0);
      Wire.putInt(out, at + 12, geometry.logicalBlockBytes());
      return LONG_DESCRIPTOR_BYTES;
    }
    Wire.putInt(out, at, (int) Math.min(geometry.logicalBlocks(), 0xFFFF_FFFFL));
    Wire.putInt(out, at + 4, geometry.logicalBlockBytes());
    return SHORT_DESCRIPTOR_BYTES;
  }

  /// Takes pages whose changeable bits may differ from what they are, and no others.
  static void select(ScsiTask task) {
    int flags = Cdb.flags(task.cdb);
    if ((flags & SAVE_PAGES_FLAG) != 0 || (flags & PAGE_FORMAT_FLAG) == 0) {
      task.failCdbField(Cdb.FLAGS_OFFSET, 4);
      return;
    }
    if (task.dataOutBytes == 0) {
      task.good();
      return;
    }
    boolean isShort = Cdb.opcode(task.cdb) == Opcode.MODE_SELECT_6;
    int header = isShort ? HEADER_6_BYTES : HEADER_10_BYTES;
    if (task.dataOutReceived < header) {
      task.fail(Sense.PARAMETER_LIST_LENGTH_ERROR);
      return;
    }
    int descriptors = isShort ? task.data.getByte(3) & 0xFF : Wire.getShort(task.data, 6);
    if (descriptors != 0 && !isPresentDescriptor(task, header, descriptors)) {
      task.failParameter(isShort ? 3 : 6);
      return;
    }
    selectPages(task, header + descriptors);
  }

  /// The shape of a volume is not the initiator's to change.
  private static boolean isPresentDescriptor(ScsiTask task, int at, int bytes) {
    boolean whole =
        bytes == SHORT_DESCRIPTOR_BYTES && at + SHORT_DESCRIPTOR_BYTES <= task.dataOutReceived;
    int blockBytes = whole ? Wire.getInt(task.data, at + 4) & 0xFF_FFFF : 0;
    return blockBytes == task.unit().geometry().logicalBlockBytes();
  }

  private static void selectPages(ScsiTask task, int from) {
    int end = task.dataOutReceived;
    UnitModes next = task.unit().modes().copy();
    for (int at = from; at < end; ) {
      if (at + 2 > end || at + 2 + (task.data.getByte(at + 1) & 0xFF) > end) {
        task.fail(Sense.PARAMETER_LIST_LENGTH_ERROR);
        return;
      }
      int wrong = applyPage(task, at, next);
      if (wrong >= 0) {
        task.failParameter(wrong);
        return;
      }
      at += 2 + (task.data.getByte(at + 1) & 0xFF);
    }
    if (task.unit().modes().take(next)) {
      task.unit().raise(Sense.MODE_PARAMETERS_CHANGED, task.nexus());
    }
    task.good();
  }

  /// Takes over one page.
  ///
  /// @return the first byte that may not be so, or -1
  private static int applyPage(ScsiTask task, int at, UnitModes next) {
    int page = task.data.getByte(at) & 0x7F;
    if (page == ModePages.ALL || !ModePages.has(page)) {
      return at;
    }
    UnsafeBuffer present = new UnsafeBuffer(new byte[32]);
    UnsafeBuffer changeable = new UnsafeBuffer(new byte[32]);
    UnitModes modes = task.unit().modes();
    int bytes = ModePages.write(present, 0, page, ModePages.Values.CURRENT, modes);
    ModePages.write(changeable, 0, page, ModePages.Values.CHANGEABLE, modes);
    if ((task.data.getByte(at + 1) & 0xFF) != bytes - 2) {
      return at + 1;
    }
    for (int i = 2; i < bytes; i++) {
      int differs = task.data.getByte(at + i) ^ present.getByte(i);
      if ((differs & ~changeable.getByte(i)) != 0) {
        return at + i;
      }
    }
    if (page == ModePages.CONTROL) {
      int sense = task.data.getByte(at + ModePages.SENSE_OFFSET);
      int protect = task.data.getByte(at + ModePages.PROTECT_OFFSET);
      next.control(
          (sense & ModePages.DESCRIPTOR_SENSE_FLAG) != 0,
          (protect & ModePages.SOFTWARE_PROTECT_FLAG) != 0);
    }
    return -1;
  }
}
