package io.ashlar.target.iscsi.scsi;

import io.ashlar.core.reservation.HostIdentity;
import io.ashlar.core.reservation.Persistence;
import io.ashlar.core.reservation.Registrant;
import io.ashlar.core.reservation.ReservationTable;
import io.ashlar.core.reservation.ReservationType;
import java.nio.charset.StandardCharsets;
import org.agrona.concurrent.UnsafeBuffer;

/// The layouts of PERSISTENT RESERVE IN and OUT (SPC-4 §6.15, §6.16).
///
/// ```
/// IN, keys:         | generation (4) | length (4) | { key (8) }* |
/// IN, reservation:  | generation (4) | length (4) | key (8) | 0 (4) | 0 | scope·type | 0 (2) |
/// IN, capabilities: | length = 8 (2) | … PTPL_C | TMV·PTPL_A | type mask (2) | 0 (2) |
/// IN, full status:  | generation (4) | length (4) | { key (8) | 0 (4) | ALL_TG_PT·R_HOLDER | scope·type
///                     | 0 (4) | relative port (2) | id length (4) | TransportID }* |
/// OUT:              | key (8) | service action key (8) | 0 (4) | SPEC_I_PT·ALL_TG_PT·APTPL | 0 (3) |
/// TransportID:      | format·protocol | 0 | length (2) | "iqn…,i,0x…" ended and filled by zeroes |
/// ```
final class PersistentReserveData {
  static final int OUT_BYTES = 24;
  static final int OUT_ACTION_KEY_OFFSET = Long.BYTES;
  static final int OUT_FLAGS_OFFSET = 20;
  static final int PERSIST_FLAG = 0x01;
  static final int ALL_PORTS_FLAG = 0x04;
  static final int SPECIFY_INITIATORS_FLAG = 0x08;

  private static final int HEADER_BYTES = 8;
  private static final int RESERVATION_BYTES = 16;
  private static final int CAPABILITIES_BYTES = 8;

  /// Persistence through power loss is possible.
  private static final int PTPL_CAPABLE = 0x01;

  private static final int TYPE_MASK_VALID = 0x80;
  private static final int PTPL_ACTIVE = 0x01;

  /// All six types: SPC-4 table 215.
  private static final int TYPE_MASK = 0xEA01;

  private static final int STATUS_BYTES = 24;
  private static final int HOLDER_FLAG = 0x01;
  private static final int ISCSI_WITH_ISID = 0x45;
  private static final int TRANSPORT_ID_HEADER_BYTES = 4;
  private static final int TRANSPORT_ID_BYTES_MIN = 24;

  private PersistentReserveData() {}

  static int writeKeys(UnsafeBuffer out, ReservationTable table) {
    int at = HEADER_BYTES;
    for (Registrant registrant : table.registrants()) {
      Wire.putLong(out, at, registrant.key());
      at += Long.BYTES;
    }
    return writeHeader(out, table, at);
  }

  static int writeReservation(UnsafeBuffer out, ReservationTable table) {
    ReservationType type = table.type();
    if (type == null) {
      return writeHeader(out, table, HEADER_BYTES);
    }
    HostIdentity holder = table.holder();
    out.setMemory(HEADER_BYTES, RESERVATION_BYTES, (byte) 0);
    Wire.putLong(out, HEADER_BYTES, holder == null ? 0 : table.keyOf(holder));
    out.putByte(HEADER_BYTES + 13, (byte) type.scsiCode());
    return writeHeader(out, table, HEADER_BYTES + RESERVATION_BYTES);
  }

  static int writeCapabilities(UnsafeBuffer out, ReservationTable table) {
    boolean persists = table.persistence() == Persistence.PERSISTENT;
    out.setMemory(0, CAPABILITIES_BYTES, (byte) 0);
    Wire.putShort(out, 0, CAPABILITIES_BYTES);
    out.putByte(2, (byte) PTPL_CAPABLE);
    out.putByte(3, (byte) (TYPE_MASK_VALID | (persists ? PTPL_ACTIVE : 0)));
    Wire.putShort(out, 4, TYPE_MASK);
    return CAPABILITIES_BYTES;
  }

  static int writeFullStatus(UnsafeBuffer out, ReservationTable table) {
    int at = HEADER_BYTES;
    ReservationType type = table.type();
    for (Registrant registrant : table.registrants()) {
      HostIdentity host = registrant.host();
      out.setMemory(at, STATUS_BYTES, (byte) 0);
      Wire.putLong(out, at, registrant.key());
      if (type != null && table.isHolder(host)) {
        out.putByte(at + 12, (byte) HOLDER_FLAG);
        out.putByte(at + 13, (byte) type.scsiCode());
      }
      Wire.putShort(out, at + 18, Designators.RELATIVE_PORT);
      int idBytes = writeTransportId(out, at + STATUS_BYTES, host);
      Wire.putInt(out, at + 20, idBytes);
      at += STATUS_BYTES + idBytes;
    }
    return writeHeader(out, table, at);
  }

  /// An NVMe host that registered with the same volume is shown by its name alone.
  private static int writeTransportId(UnsafeBuffer out, int at, HostIdentity host) {
    boolean isIscsi = host.protocol() == HostIdentity.Protocol.ISCSI;
    String name = isIscsi ? "%s,i,0x%012x".formatted(host.name(), host.idLow()) : host.name();
    byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
    int length =
        Math.max((TRANSPORT_ID_HEADER_BYTES + bytes.length + 4) & ~3, TRANSPORT_ID_BYTES_MIN);
    out.setMemory(at, length, (byte) 0);
    out.putByte(at, (byte) ISCSI_WITH_ISID);
    Wire.putShort(out, at + 2, length - TRANSPORT_ID_HEADER_BYTES);
    out.putBytes(at + TRANSPORT_ID_HEADER_BYTES, bytes);
    return length;
  }

  private static int writeHeader(UnsafeBuffer out, ReservationTable table, int end) {
    Wire.putInt(out, 0, table.generation());
    Wire.putInt(out, 4, end - HEADER_BYTES);
    return end;
  }
}
