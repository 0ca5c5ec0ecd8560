package io.ashlar.target.nvme.spec;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import java.nio.charset.StandardCharsets;
import org.agrona.concurrent.UnsafeBuffer;

/// The discovery log page (Base 2.0, 5.16.1.23): a header of 1,024 bytes, then entries of as many.
///
/// ```
/// header: | generation u64 | entries u64 | record format u16 | reserved … 1024
/// entry:
/// 0      1       2      3     4      6       8      10        32       64    256       512      768  1024
/// +------+-------+------+-----+------+-------+------+---------+--------+-----+---------+--------+----+
/// |trtype|adrfam |subtyp| treq|portid|cntlid |asqsz |         |trsvcid |     | sub NQN | traddr |tsas|
/// +------+-------+------+-----+------+-------+------+---------+--------+-----+---------+--------+----+
/// ```
public final class DiscoveryEntryFlyweight {
  public static final int LENGTH_BYTES = 1024;

  public static final int GENERATION_OFFSET = 0;
  public static final int ENTRIES_OFFSET = GENERATION_OFFSET + Long.BYTES;

  public static final int TRANSPORT_OFFSET = 0;
  public static final int ADDRESS_FAMILY_OFFSET = TRANSPORT_OFFSET + Byte.BYTES;
  public static final int SUBSYSTEM_TYPE_OFFSET = ADDRESS_FAMILY_OFFSET + Byte.BYTES;
  public static final int REQUIREMENTS_OFFSET = SUBSYSTEM_TYPE_OFFSET + Byte.BYTES;
  public static final int PORT_ID_OFFSET = REQUIREMENTS_OFFSET + Byte.BYTES;
  public static final int CONTROLLER_ID_OFFSET = PORT_ID_OFFSET + Short.BYTES;
  public static final int ADMIN_QUEUE_SIZE_OFFSET = CONTROLLER_ID_OFFSET + Short.BYTES;
  public static final int SERVICE_OFFSET = 32;
  public static final int SERVICE_BYTES = 32;
  public static final int SUBSYSTEM_NQN_OFFSET = 256;
  public static final int ADDRESS_OFFSET = 512;
  public static final int ADDRESS_BYTES = 256;

  public static final int TRANSPORT_TCP = 3;
  public static final int FAMILY_IPV4 = 1;
  public static final int FAMILY_IPV6 = 2;
  public static final int SUBSYSTEM_NVM = 2;

  /// Secure channel not specified; SQ flow control may be switched off.
  private static final int REQUIREMENTS = 1 << 2;

  private static final int ADMIN_QUEUE_SIZE = 32;
  private static final int CONTROLLER_DYNAMIC = 0xFFFF;

  private DiscoveryEntryFlyweight() {}

  /// Writes the page's header.
  public static void putHeader(UnsafeBuffer page, long generation, long entries) {
    page.setMemory(0, LENGTH_BYTES, (byte) 0);
    page.putLong(GENERATION_OFFSET, generation, LITTLE_ENDIAN);
    page.putLong(ENTRIES_OFFSET, entries, LITTLE_ENDIAN);
  }

  /// Writes an entry for a subsystem that is reached over TCP at `address` and `port`.
  public static void put(
      UnsafeBuffer page, int offset, String subsystemNqn, String address, int port) {
    page.setMemory(offset, LENGTH_BYTES, (byte) 0);
    page.putByte(offset + TRANSPORT_OFFSET, (byte) TRANSPORT_TCP);
    int family = address.indexOf(':') >= 0 ? FAMILY_IPV6 : FAMILY_IPV4;
    page.putByte(offset + ADDRESS_FAMILY_OFFSET, (byte) family);
    page.putByte(offset + SUBSYSTEM_TYPE_OFFSET, (byte) SUBSYSTEM_NVM);
    page.putByte(offset + REQUIREMENTS_OFFSET, (byte) REQUIREMENTS);
    page.putShort(offset + CONTROLLER_ID_OFFSET, (short) CONTROLLER_DYNAMIC, LITTLE_ENDIAN);
    page.putShort(offset + ADMIN_QUEUE_SIZE_OFFSET, (short) ADMIN_QUEUE_SIZE, LITTLE_ENDIAN);
    putPadded(page, offset + SERVICE_OFFSET, SERVICE_BYTES, Integer.toString(port));
    byte[] nqn = subsystemNqn.getBytes(StandardCharsets.UTF_8);
    page.putBytes(offset + SUBSYSTEM_NQN_OFFSET, nqn);
    putPadded(page, offset + ADDRESS_OFFSET, ADDRESS_BYTES, address);
  }

  private static void putPadded(UnsafeBuffer page, int offset, int lengthBytes, String text) {
    page.setMemory(offset, lengthBytes, (byte) ' ');
    byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
    page.putBytes(offset, bytes, 0, Math.min(bytes.length, lengthBytes));
  }
}
