package io.ashlar.initiator.nvme.command;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/// What a Reservation Report told, extended form (NVM Express Base Specification 2.0 §7.4).
///
/// ```
/// 0     4       5        7    9       10         64
/// +-----+-------+--------+----+-------+----------+-- 64 bytes each -- - -
/// | gen | rtype | regctl | …  | ptpls | reserved | cntlid(2) rcsts(1) … rkey@8 hostid@16
/// +-----+-------+--------+----+-------+----------+-- - -
/// ```
///
/// @param generation counts the changes
/// @param type the reservation held now
/// @param persistsThroughPowerLoss whether it outlives one
/// @param registrants one per registered host
public record ReservationReport(
    int generation,
    ReservationType type,
    boolean persistsThroughPowerLoss,
    List<Registrant> registrants) {
  private static final int TYPE_OFFSET = 4;
  private static final int COUNT_OFFSET = 5;
  private static final int PERSISTENCE_OFFSET = 9;
  private static final int ENTRIES_OFFSET = 64;
  private static final int ENTRY_LENGTH = 64;
  private static final int ENTRY_STATUS_OFFSET = 2;
  private static final int ENTRY_KEY_OFFSET = 8;
  private static final int ENTRY_HOST_OFFSET = 16;

  /// @param holdsReservation whether this host holds it
  public record Registrant(int controllerId, boolean holdsReservation, long key, UUID hostId) {}

  /// Reads a report of which `lengthBytes` were transferred.
  public static ReservationReport read(ByteBuffer from, int lengthBytes) {
    int count = from.getShort(COUNT_OFFSET) & 0xFFFF;
    int whole = Math.min(count, (lengthBytes - ENTRIES_OFFSET) / ENTRY_LENGTH);
    List<Registrant> registrants = new ArrayList<>();
    for (int i = 0; i < whole; i++) {
      registrants.add(registrant(from, ENTRIES_OFFSET + i * ENTRY_LENGTH));
    }
    return new ReservationReport(
        from.getInt(0),
        ReservationType.of(from.get(TYPE_OFFSET) & 0xFF),
        from.get(PERSISTENCE_OFFSET) == 1,
        List.copyOf(registrants));
  }

  private static Registrant registrant(ByteBuffer from, int at) {
    return new Registrant(
        from.getShort(at) & 0xFFFF,
        (from.get(at + ENTRY_STATUS_OFFSET) & 1) != 0,
        from.getLong(at + ENTRY_KEY_OFFSET),
        new UUID(
            Long.reverseBytes(from.getLong(at + ENTRY_HOST_OFFSET)),
            Long.reverseBytes(from.getLong(at + ENTRY_HOST_OFFSET + Long.BYTES))));
  }
}
