package io.ashlar.target.iscsi.scsi;

import org.agrona.concurrent.UnsafeBuffer;

/// INQUIRY (SPC-4 §6.6): the standard data here, the vital product data in [VitalProductData].
///
/// ```
/// | PQ·type | RMB | version | HiSup·format | additional length | … | CmdQue | vendor (8) |
///   0         1     2         3              4                   5   7        8
/// | product (16) | revision (4) | … | version descriptors (8 × 2) | … |
///   16             32            36  58                           74 96
/// ```
final class InquiryCommand {
  static final int STANDARD_BYTES = 96;

  private static final int VITAL_PRODUCT_DATA_FLAG = 0x01;
  private static final int PAGE_OFFSET = 2;

  /// No device is here, nor can one be: qualifier 3, type 0x1F.
  private static final int ABSENT = 0x7F;

  private static final int VERSION_SPC_4 = 0x06;
  private static final int HIERARCHICAL_FORMAT_2 = 0x12;

  /// Third-party copy and one implicit target port group.
  private static final int COPY_AND_PORT_GROUPS = 0x18;

  private static final int COMMAND_QUEUING = 0x02;

  /// SAM-5, SPC-4, SBC-3, iSCSI: no particular revision.
  private static final int[] VERSION_DESCRIPTORS = {0x00A0, 0x0460, 0x04C0, 0x0960};

  private InquiryCommand() {}

  static void run(ScsiTask task) {
    boolean vital = (Cdb.flags(task.cdb) & VITAL_PRODUCT_DATA_FLAG) != 0;
    int page = Cdb.getByte(task.cdb, PAGE_OFFSET);
    if (!vital && page != 0) {
      task.failCdbField(PAGE_OFFSET);
      return;
    }
    int bytes = vital ? VitalProductData.write(task, page) : writeStandard(task);
    if (bytes == 0) {
      task.failCdbField(PAGE_OFFSET);
      return;
    }
    PrimaryCommands.answer(task, bytes);
  }

  /// The peripheral qualifier and type that begin every answer.
  static int peripheral(ScsiTask task) {
    return task.isForAbsentUnit ? ABSENT : 0;
  }

  private static int writeStandard(ScsiTask task) {
    UnsafeBuffer out = task.data;
    out.setMemory(0, STANDARD_BYTES, (byte) 0);
    out.putByte(0, (byte) peripheral(task));
    out.putByte(2, (byte) VERSION_SPC_4);
    out.putByte(3, (byte) HIERARCHICAL_FORMAT_2);
    out.putByte(4, (byte) (STANDARD_BYTES - 5));
    out.putByte(5, (byte) COPY_AND_PORT_GROUPS);
    out.putByte(7, (byte) COMMAND_QUEUING);
    Wire.putText(out, 8, UnitIdentity.VENDOR, 8);
    Wire.putText(out, 16, UnitIdentity.PRODUCT, 16);
    Wire.putText(out, 32, UnitIdentity.REVISION, 4);
    for (int i = 0; i < VERSION_DESCRIPTORS.length; i++) {
      Wire.putShort(out, 58 + 2 * i, VERSION_DESCRIPTORS[i]);
    }
    return STANDARD_BYTES;
  }
}
