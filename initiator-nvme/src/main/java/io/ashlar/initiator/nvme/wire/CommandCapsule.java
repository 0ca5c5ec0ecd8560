package io.ashlar.initiator.nvme.wire;

import java.nio.ByteBuffer;

/// CapsuleCmd: a submission queue entry, and its data where that travels in the capsule (TCP
/// Transport Specification §3.6.2.6).
///
/// ```
/// 0               8                        72        76     pdo
/// +---------------+------------------------+---------+-----+------+---------+
/// | common header | submission queue entry | hdgst ? | pad | data | ddgst ? |
/// +---------------+------------------------+---------+-----+------+---------+
/// ```
public final class CommandCapsule {
  public static final int ENTRY_OFFSET = PduHeader.LENGTH;
  public static final int ENTRY_LENGTH = 64;
  public static final int LENGTH = ENTRY_OFFSET + ENTRY_LENGTH;

  private CommandCapsule() {}

  /// Writes the header and the entry; digests and data are [PduLayout]'s.
  public static void put(ByteBuffer to, int at, ByteBuffer entry, PduLayout layout) {
    int flags = layout.flags();
    PduHeader.put(
        to,
        at,
        PduHeader.typeAndFlags(PduType.CAPSULE_CMD, flags),
        LENGTH,
        layout.dataOffset(),
        layout.length());
    to.put(at + ENTRY_OFFSET, entry, 0, ENTRY_LENGTH);
  }
}
