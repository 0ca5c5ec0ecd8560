package io.ashlar.core.reservation;

import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.ashlar.core.base.Crc32c;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.jspecify.annotations.Nullable;

/// A [ReservationTable] as bytes, for the log. All integers are little-endian.
///
/// ```
///  0          4          8       10      12          16           20     21  22      24       26   32
/// +----------+----------+-------+-------+-----------+------------+------+---+-------+--------+----+---- - -
/// | crc32c   | "ARSV"   |version| flags |length     | generation | type | 0 | count | holder | 0  | registrant*
/// +----------+----------+-------+-------+-----------+------------+------+---+-------+--------+----+---- - -
///
///  registrant:
///  0        8          16        24         25            26
/// +--------+----------+---------+----------+-------------+------ - -
/// | key    | id high  | id low  | protocol | name length | name
/// +--------+----------+---------+----------+-------------+------ - -
/// ```
///
/// The checksum covers all that follows it. `flags` bit 0: persists through power loss. `type` is
/// NVMe's code, 0 for none. `holder` is the index of the registrant that holds the reservation,
/// FFFFh if none or all do.
///
/// History: v1 first format.
public final class ReservationCodec {
  static final int CHECKSUM_OFFSET = 0;
  static final int MAGIC_OFFSET = CHECKSUM_OFFSET + Integer.BYTES;
  static final int VERSION_OFFSET = MAGIC_OFFSET + Integer.BYTES;
  static final int FLAGS_OFFSET = VERSION_OFFSET + Short.BYTES;
  static final int LENGTH_OFFSET = FLAGS_OFFSET + Short.BYTES;
  static final int GENERATION_OFFSET = LENGTH_OFFSET + Integer.BYTES;
  static final int TYPE_OFFSET = GENERATION_OFFSET + Integer.BYTES;
  static final int COUNT_OFFSET = TYPE_OFFSET + 2 * Byte.BYTES;
  static final int HOLDER_OFFSET = COUNT_OFFSET + Short.BYTES;
  static final int HEADER_BYTES = 32;

  static final int KEY_OFFSET = 0;
  static final int ID_HIGH_OFFSET = KEY_OFFSET + Long.BYTES;
  static final int ID_LOW_OFFSET = ID_HIGH_OFFSET + Long.BYTES;
  static final int PROTOCOL_OFFSET = ID_LOW_OFFSET + Long.BYTES;
  static final int NAME_LENGTH_OFFSET = PROTOCOL_OFFSET + Byte.BYTES;
  static final int REGISTRANT_BYTES = NAME_LENGTH_OFFSET + Byte.BYTES;

  /// The longest encoding.
  public static final int LENGTH_BYTES_MAX =
      HEADER_BYTES
          + ReservationTable.REGISTRANTS_MAX * (REGISTRANT_BYTES + HostIdentity.NAME_BYTES_MAX);

  static final int MAGIC = 0x56535241;
  static final int VERSION = 1;
  private static final int PERSISTENT_FLAG = 1;
  private static final int NO_HOLDER = 0xFFFF;
  private static final int NVME_PROTOCOL = 0;
  private static final int ISCSI_PROTOCOL = 1;

  private final Crc32c crc32c = new Crc32c();

  /// The longest encoding of this table.
  public static int lengthBytesMax(ReservationTable table) {
    return HEADER_BYTES
        + table.registrants().size() * (REGISTRANT_BYTES + HostIdentity.NAME_BYTES_MAX);
  }

  /// Writes the table at `offset`.
  ///
  /// @param into has room for [#lengthBytesMax]
  /// @return the length
  public int encode(ReservationTable table, MutableDirectBuffer into, int offset) {
    into.setMemory(offset, HEADER_BYTES, (byte) 0);
    int at = offset + HEADER_BYTES;
    int index = 0;
    int holder = NO_HOLDER;
    for (Registrant registrant : table.registrants()) {
      if (registrant.host().equals(table.holder())) {
        holder = index;
      }
      at += encode(registrant, into, at);
      index++;
    }
    ReservationType type = table.type();
    into.putInt(offset + MAGIC_OFFSET, MAGIC, LITTLE_ENDIAN);
    into.putShort(offset + VERSION_OFFSET, (short) VERSION, LITTLE_ENDIAN);
    int flags = table.persistence() == Persistence.PERSISTENT ? PERSISTENT_FLAG : 0;
    into.putShort(offset + FLAGS_OFFSET, (short) flags, LITTLE_ENDIAN);
    into.putInt(offset + LENGTH_OFFSET, at - offset, LITTLE_ENDIAN);
    into.putInt(offset + GENERATION_OFFSET, table.generation(), LITTLE_ENDIAN);
    into.putByte(offset + TYPE_OFFSET, (byte) (type == null ? 0 : type.nvmeCode()));
    into.putShort(offset + COUNT_OFFSET, (short) index, LITTLE_ENDIAN);
    into.putShort(offset + HOLDER_OFFSET, (short) holder, LITTLE_ENDIAN);
    into.putInt(offset + CHECKSUM_OFFSET, checksum(into, offset, at - offset), LITTLE_ENDIAN);
    return at - offset;
  }

  private static int encode(Registrant registrant, MutableDirectBuffer into, int at) {
    HostIdentity host = registrant.host();
    byte[] name = host.name().getBytes(UTF_8);
    int protocol =
        switch (host.protocol()) {
          case NVME -> NVME_PROTOCOL;
          case ISCSI -> ISCSI_PROTOCOL;
        };
    into.putLong(at + KEY_OFFSET, registrant.key(), LITTLE_ENDIAN);
    into.putLong(at + ID_HIGH_OFFSET, host.idHigh(), LITTLE_ENDIAN);
    into.putLong(at + ID_LOW_OFFSET, host.idLow(), LITTLE_ENDIAN);
    into.putByte(at + PROTOCOL_OFFSET, (byte) protocol);
    into.putByte(at + NAME_LENGTH_OFFSET, (byte) name.length);
    into.putBytes(at + REGISTRANT_BYTES, name);
    return REGISTRANT_BYTES + name.length;
  }

  /// Proves the bytes and then loads them into `table`, which stays as it was if they do not hold.
  ///
  /// @param availableBytes how many bytes there are from `offset`; more than needed is fine
  /// @return what is wrong with them, as a sentence; null if nothing is
  public @Nullable String decode(
      DirectBuffer from, int offset, int availableBytes, ReservationTable table) {
    String complaint = headerComplaint(from, offset, availableBytes);
    if (complaint != null) {
      return complaint;
    }
    List<Registrant> registrants = new ArrayList<>();
    complaint = decodeRegistrants(from, offset, registrants);
    if (complaint != null) {
      return complaint;
    }
    int typeCode = from.getByte(offset + TYPE_OFFSET);
    ReservationType type = ReservationType.ofNvme(typeCode);
    if (type == null && typeCode != 0) {
      return "reservations have the unknown type " + typeCode;
    }
    int holder = unsignedShort(from, offset + HOLDER_OFFSET);
    if (!isHolderPossible(type, holder, registrants.size())) {
      return "reservations name registrant " + holder + " of " + registrants.size() + " as holder";
    }
    boolean isPersistent = (unsignedShort(from, offset + FLAGS_OFFSET) & PERSISTENT_FLAG) != 0;
    table.load(
        registrants,
        type,
        holder == NO_HOLDER ? null : registrants.get(holder).host(),
        isPersistent ? Persistence.PERSISTENT : Persistence.VOLATILE,
        from.getInt(offset + GENERATION_OFFSET, LITTLE_ENDIAN));
    return null;
  }

  /// What is wrong with the bytes, as [#decode] says it; null if they are a table.
  public @Nullable String complaint(DirectBuffer from, int offset, int availableBytes) {
    return decode(from, offset, availableBytes, new ReservationTable());
  }

  private @Nullable String headerComplaint(DirectBuffer from, int offset, int availableBytes) {
    if (availableBytes < HEADER_BYTES) {
      return "reservations end within their header, after " + availableBytes + " bytes";
    }
    int magic = from.getInt(offset + MAGIC_OFFSET, LITTLE_ENDIAN);
    if (magic != MAGIC) {
      return "reservations do not start with ARSV but " + Integer.toHexString(magic);
    }
    int version = unsignedShort(from, offset + VERSION_OFFSET);
    if (version != VERSION) {
      return "reservations have version " + version + ", this program reads " + VERSION;
    }
    int length = from.getInt(offset + LENGTH_OFFSET, LITTLE_ENDIAN);
    if (length < HEADER_BYTES || length > Math.min(availableBytes, LENGTH_BYTES_MAX)) {
      return "reservations claim " + length + " bytes where " + availableBytes + " are";
    }
    int expected = from.getInt(offset + CHECKSUM_OFFSET, LITTLE_ENDIAN);
    int actual = checksum(from, offset, length);
    if (actual != expected) {
      return "reservations checksum expected=" + expected + " actual=" + actual;
    }
    if ((unsignedShort(from, offset + FLAGS_OFFSET) & ~PERSISTENT_FLAG) != 0) {
      return "reservations have unknown flags";
    }
    return null;
  }

  private static @Nullable String decodeRegistrants(
      DirectBuffer from, int offset, List<Registrant> into) {
    int count = unsignedShort(from, offset + COUNT_OFFSET);
    if (count > ReservationTable.REGISTRANTS_MAX) {
      return "reservations claim " + count + " registrants";
    }
    int end = offset + from.getInt(offset + LENGTH_OFFSET, LITTLE_ENDIAN);
    LinkedHashMap<HostIdentity, Registrant> seen = new LinkedHashMap<>();
    int at = offset + HEADER_BYTES;
    for (int i = 0; i < count; i++) {
      int nameBytes =
          end - at < REGISTRANT_BYTES ? 0 : from.getByte(at + NAME_LENGTH_OFFSET) & 0xFF;
      if (nameBytes == 0
          || nameBytes > Math.min(HostIdentity.NAME_BYTES_MAX, end - at - REGISTRANT_BYTES)) {
        return "registrant " + i + " does not fit at byte " + (at - offset);
      }
      Registrant registrant = decodeRegistrant(from, at, nameBytes);
      if (registrant == null) {
        return "registrant " + i + " at byte " + (at - offset) + " is no host with a key";
      }
      if (seen.put(registrant.host(), registrant) != null) {
        return "registrant " + i + " is there twice";
      }
      at += REGISTRANT_BYTES + nameBytes;
    }
    into.addAll(seen.values());
    return at == end ? null : "reservations end at byte " + (at - offset) + ", not where they say";
  }

  private static @Nullable Registrant decodeRegistrant(DirectBuffer from, int at, int nameBytes) {
    byte[] bytes = new byte[nameBytes];
    from.getBytes(at + REGISTRANT_BYTES, bytes);
    String name = new String(bytes, UTF_8);
    long key = from.getLong(at + KEY_OFFSET, LITTLE_ENDIAN);
    long idHigh = from.getLong(at + ID_HIGH_OFFSET, LITTLE_ENDIAN);
    long idLow = from.getLong(at + ID_LOW_OFFSET, LITTLE_ENDIAN);
    int protocol = from.getByte(at + PROTOCOL_OFFSET);
    boolean isIsid = idHigh == 0 && idLow >>> HostIdentity.ISID_BITS == 0;
    // Bytes that are not UTF-8 come back as other bytes.
    if (key == 0 || !Arrays.equals(name.getBytes(UTF_8), bytes)) {
      return null;
    }
    if (protocol == NVME_PROTOCOL) {
      return new Registrant(HostIdentity.nvme(name, idHigh, idLow), key);
    }
    return protocol == ISCSI_PROTOCOL && isIsid
        ? new Registrant(HostIdentity.iscsi(name, idLow), key)
        : null;
  }

  private static boolean isHolderPossible(@Nullable ReservationType type, int holder, int count) {
    if (type == null) {
      return holder == NO_HOLDER;
    }
    return type.isHeldByAll() ? holder == NO_HOLDER && count > 0 : holder < count;
  }

  private int checksum(DirectBuffer buffer, int offset, int length) {
    return crc32c.of(buffer, offset + MAGIC_OFFSET, length - MAGIC_OFFSET);
  }

  private static int unsignedShort(DirectBuffer from, int at) {
    return from.getShort(at, LITTLE_ENDIAN) & 0xFFFF;
  }
}
