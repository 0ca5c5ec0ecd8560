package io.ashlar.initiator.nvme.command;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/// What Identify Controller told that a host acts on (NVM Express Base Specification 2.0
/// §5.17.2.1).
///
/// @param serial the serial number, trimmed
/// @param model the model number, trimmed
/// @param maxTransferShift MDTS: the longest transfer is 4 KiB shifted by this; 0 means no limit
/// @param controllerId this controller
/// @param controllerType CNTRLTYPE: 1 I/O, 2 discovery
/// @param namespaceMax NN, the largest namespace identifier
/// @param optionalCommands ONCS
/// @param fusedOperations FUSES, bit 0: Compare and Write
/// @param volatileWriteCache whether Flush is needed for durability
/// @param atomicWriteBlocks AWUN as a count
/// @param atomicWritePowerFailBlocks AWUPF as a count
/// @param subsystemNqn SUBNQN
/// @param inCapsuleBytesMax the data that fits in an I/O queue's capsule, from IOCCSZ
public record ControllerIdentity(
    String serial,
    String model,
    int maxTransferShift,
    int controllerId,
    int controllerType,
    int namespaceMax,
    int optionalCommands,
    int fusedOperations,
    boolean volatileWriteCache,
    int atomicWriteBlocks,
    int atomicWritePowerFailBlocks,
    String subsystemNqn,
    int inCapsuleBytesMax) {
  private static final int SERIAL_OFFSET = 4;
  private static final int SERIAL_LENGTH = 20;
  private static final int MODEL_OFFSET = SERIAL_OFFSET + SERIAL_LENGTH;
  private static final int MODEL_LENGTH = 40;
  private static final int MDTS_OFFSET = 77;
  private static final int CNTLID_OFFSET = MDTS_OFFSET + Byte.BYTES;
  private static final int CNTRLTYPE_OFFSET = 111;
  private static final int NN_OFFSET = 516;
  private static final int ONCS_OFFSET = NN_OFFSET + Integer.BYTES;
  private static final int FUSES_OFFSET = ONCS_OFFSET + Short.BYTES;
  private static final int VWC_OFFSET = FUSES_OFFSET + Short.BYTES + Byte.BYTES;
  private static final int AWUN_OFFSET = VWC_OFFSET + Byte.BYTES;
  private static final int AWUPF_OFFSET = AWUN_OFFSET + Short.BYTES;
  private static final int SUBNQN_OFFSET = 768;
  private static final int SUBNQN_LENGTH = 256;
  private static final int IOCCSZ_OFFSET = 1792;
  private static final int CAPSULE_UNIT = 16;

  public static ControllerIdentity read(ByteBuffer from) {
    return new ControllerIdentity(
        text(from, SERIAL_OFFSET, SERIAL_LENGTH),
        text(from, MODEL_OFFSET, MODEL_LENGTH),
        from.get(MDTS_OFFSET) & 0xFF,
        from.getShort(CNTLID_OFFSET) & 0xFFFF,
        from.get(CNTRLTYPE_OFFSET) & 0xFF,
        from.getInt(NN_OFFSET),
        from.getShort(ONCS_OFFSET) & 0xFFFF,
        from.getShort(FUSES_OFFSET) & 0xFFFF,
        (from.get(VWC_OFFSET) & 1) != 0,
        (from.getShort(AWUN_OFFSET) & 0xFFFF) + 1,
        (from.getShort(AWUPF_OFFSET) & 0xFFFF) + 1,
        text(from, SUBNQN_OFFSET, SUBNQN_LENGTH),
        Math.max(0, from.getInt(IOCCSZ_OFFSET) * CAPSULE_UNIT - SubmissionEntry.LENGTH));
  }

  /// The longest transfer of one command.
  public int maxTransferBytes() {
    return maxTransferShift == 0 || maxTransferShift > 18
        ? Integer.MAX_VALUE
        : 4096 << maxTransferShift;
  }

  /// Text of a fixed field: up to the first zero, without trailing spaces.
  static String text(ByteBuffer from, int at, int lengthMax) {
    byte[] field = new byte[lengthMax];
    from.get(at, field);
    int length = 0;
    while (length < lengthMax && field[length] != 0) {
      length++;
    }
    return new String(field, 0, length, StandardCharsets.UTF_8).strip();
  }
}
