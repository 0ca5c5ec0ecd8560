package io.ashlar.initiator.nvme.command;

import java.nio.ByteBuffer;
import java.util.HexFormat;

/// What Identify Namespace told that a host acts on (NVM Command Set Specification 1.0 §4.1.5.1).
///
/// @param blocks NSZE
/// @param blockBytes the formatted block size; 0 for a namespace that does not exist
/// @param utilizedBlocks NUSE
/// @param isShared whether several controllers may reach it
/// @param reservationCapabilities RESCAP
/// @param nguid the globally unique identifier, 32 hex digits
/// @param anaGroupId ANAGRPID
/// @param copyRangesMax MSRC as a count
/// @param copyRangeBlocksMax MSSRL
/// @param copyBlocksMax MCL
public record NamespaceIdentity(
    long blocks,
    int blockBytes,
    long utilizedBlocks,
    boolean isShared,
    int reservationCapabilities,
    String nguid,
    int anaGroupId,
    int copyRangesMax,
    int copyRangeBlocksMax,
    int copyBlocksMax) {
  private static final int NUSE_OFFSET = 16;
  private static final int FLBAS_OFFSET = 26;
  private static final int NMIC_OFFSET = 30;
  private static final int RESCAP_OFFSET = 31;
  private static final int MSSRL_OFFSET = 74;
  private static final int MCL_OFFSET = MSSRL_OFFSET + Short.BYTES;
  private static final int MSRC_OFFSET = MCL_OFFSET + Integer.BYTES;
  private static final int ANAGRPID_OFFSET = 92;
  private static final int NGUID_OFFSET = 104;
  private static final int NGUID_LENGTH = 16;
  private static final int LBAF_OFFSET = 128;
  private static final int LBAF_LENGTH = 4;
  private static final int LBADS_OFFSET = 2;

  public static NamespaceIdentity read(ByteBuffer from) {
    int format = from.get(FLBAS_OFFSET) & 0xF;
    int shift = from.get(LBAF_OFFSET + format * LBAF_LENGTH + LBADS_OFFSET) & 0xFF;
    byte[] nguid = new byte[NGUID_LENGTH];
    from.get(NGUID_OFFSET, nguid);
    return new NamespaceIdentity(
        from.getLong(0),
        shift == 0 || shift > 20 ? 0 : 1 << shift,
        from.getLong(NUSE_OFFSET),
        (from.get(NMIC_OFFSET) & 1) != 0,
        from.get(RESCAP_OFFSET) & 0xFF,
        HexFormat.of().formatHex(nguid),
        from.getInt(ANAGRPID_OFFSET),
        (from.get(MSRC_OFFSET) & 0xFF) + 1,
        from.getShort(MSSRL_OFFSET) & 0xFFFF,
        from.getInt(MCL_OFFSET));
  }

  /// The capacity in bytes.
  public long sizeBytes() {
    return blocks * blockBytes;
  }
}
