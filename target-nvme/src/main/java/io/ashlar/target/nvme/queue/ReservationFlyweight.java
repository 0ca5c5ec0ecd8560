package io.ashlar.target.nvme.queue;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import io.ashlar.core.reservation.Persistence;
import io.ashlar.core.reservation.Registrant;
import io.ashlar.core.reservation.ReservationTable;
import io.ashlar.core.reservation.ReservationType;
import org.agrona.concurrent.UnsafeBuffer;

/// The data of reservation commands (Base 2.0, 7.2 to 7.5).
///
/// ```
/// register, acquire: | current key 8 | new or preempted key 8 |      release: | current key 8 |
/// report, extended:  | generation 4 | type 1 | registrants 2 | … | persists 1 at 9 | … 64 | registrant*
/// registrant:        | controller 2 | status 1 | … 8 | key 8 | host id 16 | … 64 |
/// ```
final class ReservationFlyweight {
  static final int ONE_KEY_BYTES = Long.BYTES;
  static final int TWO_KEYS_BYTES = 2 * Long.BYTES;

  static final int GENERATION_OFFSET = 0;
  static final int TYPE_OFFSET = GENERATION_OFFSET + Integer.BYTES;
  static final int COUNT_OFFSET = TYPE_OFFSET + Byte.BYTES;
  static final int PERSISTENCE_OFFSET = 9;
  static final int HEADER_BYTES = 64;

  static final int CONTROLLER_OFFSET = 0;
  static final int STATUS_OFFSET = CONTROLLER_OFFSET + Short.BYTES;
  static final int KEY_OFFSET = 8;
  static final int HOST_ID_OFFSET = KEY_OFFSET + Long.BYTES;
  static final int REGISTRANT_BYTES = 64;

  private static final int CONTROLLER_DYNAMIC = 0xFFFF;
  private static final int STATUS_HOLDER = 1;

  private ReservationFlyweight() {}

  /// The whole report of a table, in the extended form.
  static UnsafeBuffer report(ReservationTable table) {
    int count = table.registrants().size();
    UnsafeBuffer page = new UnsafeBuffer(new byte[HEADER_BYTES + count * REGISTRANT_BYTES]);
    ReservationType type = table.type();
    page.putInt(GENERATION_OFFSET, table.generation(), LITTLE_ENDIAN);
    page.putByte(TYPE_OFFSET, (byte) (type == null ? 0 : type.nvmeCode()));
    page.putShort(COUNT_OFFSET, (short) count, LITTLE_ENDIAN);
    boolean persists = table.persistence() == Persistence.PERSISTENT;
    page.putByte(PERSISTENCE_OFFSET, (byte) (persists ? 1 : 0));
    int at = HEADER_BYTES;
    for (Registrant one : table.registrants()) {
      boolean holds = table.isHolder(one.host());
      page.putShort(at + CONTROLLER_OFFSET, (short) CONTROLLER_DYNAMIC, LITTLE_ENDIAN);
      page.putByte(at + STATUS_OFFSET, (byte) (holds ? STATUS_HOLDER : 0));
      page.putLong(at + KEY_OFFSET, one.key(), LITTLE_ENDIAN);
      page.putLong(at + HOST_ID_OFFSET, one.host().idHigh(), LITTLE_ENDIAN);
      page.putLong(at + HOST_ID_OFFSET + Long.BYTES, one.host().idLow(), LITTLE_ENDIAN);
      at += REGISTRANT_BYTES;
    }
    return page;
  }
}
