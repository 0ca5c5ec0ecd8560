package io.ashlar.target.iscsi.scsi;

import java.nio.charset.StandardCharsets;
import org.agrona.concurrent.UnsafeBuffer;

/// The device identification page's designators (SPC-4 §7.8.6): unit, port and target by name.
///
/// ```
/// | protocol · code set | PIV · association · type | 0 | length | identifier … |
///   0                     1                          2   3        4
/// ```
final class Designators {
  static final int HEADER_BYTES = 4;

  static final int TYPE_T10_VENDOR = 0x01;
  static final int TYPE_NAA = 0x03;
  private static final int TYPE_RELATIVE_PORT = 0x04;
  private static final int TYPE_PORT_GROUP = 0x05;
  private static final int TYPE_NAME_STRING = 0x08;

  static final int BINARY = 0x01;
  static final int ASCII = 0x02;
  private static final int UTF_8 = 0x03;

  private static final int PROTOCOL_ISCSI = 0x50;
  private static final int OF_PORT = 0x90;
  private static final int OF_TARGET = 0xA0;

  static final int RELATIVE_PORT = 1;
  static final int PORT_GROUP = 1;

  private Designators() {}

  /// Writes the page's designators behind its header.
  ///
  /// @return the page's length
  static int write(UnsafeBuffer out, UnitIdentity identity) {
    int at = VitalProductData.HEADER_BYTES;
    at = naa(out, at, identity);
    at = text(out, at, ASCII, TYPE_T10_VENDOR, vendorName(identity));
    at = number(out, at, TYPE_RELATIVE_PORT, RELATIVE_PORT);
    at = number(out, at, TYPE_PORT_GROUP, PORT_GROUP);
    at =
        text(
            out,
            at,
            PROTOCOL_ISCSI | UTF_8,
            OF_PORT | TYPE_NAME_STRING,
            identity.targetName() + ",t,0x0001");
    return text(
        out, at, PROTOCOL_ISCSI | UTF_8, OF_TARGET | TYPE_NAME_STRING, identity.targetName());
  }

  /// The T10 vendor identification: 8 bytes of vendor, then the serial number.
  static String vendorName(UnitIdentity identity) {
    return "%-8s%s".formatted(UnitIdentity.VENDOR, identity.serialNumber());
  }

  private static int naa(UnsafeBuffer out, int at, UnitIdentity identity) {
    header(out, at, BINARY, TYPE_NAA, Long.BYTES);
    Wire.putLong(out, at + HEADER_BYTES, identity.naa());
    return at + HEADER_BYTES + Long.BYTES;
  }

  private static int number(UnsafeBuffer out, int at, int type, int value) {
    header(out, at, PROTOCOL_ISCSI | BINARY, OF_PORT | type, Integer.BYTES);
    Wire.putInt(out, at + HEADER_BYTES, value);
    return at + HEADER_BYTES + Integer.BYTES;
  }

  /// Names are ended by a zero and filled with zeroes to a multiple of four; vendor ids are not.
  private static int text(UnsafeBuffer out, int at, int codes, int type, String value) {
    byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
    boolean isName = (type & 0x0F) == TYPE_NAME_STRING;
    int length = isName ? (bytes.length + 4) & ~3 : bytes.length;
    header(out, at, codes, type, length);
    out.setMemory(at + HEADER_BYTES, length, (byte) 0);
    out.putBytes(at + HEADER_BYTES, bytes);
    return at + HEADER_BYTES + length;
  }

  private static void header(UnsafeBuffer out, int at, int codes, int type, int length) {
    out.putByte(at, (byte) codes);
    out.putByte(at + 1, (byte) type);
    out.putByte(at + 2, (byte) 0);
    out.putByte(at + 3, (byte) length);
  }
}
