package io.ashlar.target.iscsi.scsi;

import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/// Big-endian fields, as SCSI has them everywhere.
final class Wire {
  private Wire() {}

  static int getShort(DirectBuffer from, int at) {
    return from.getShort(at, ByteOrder.BIG_ENDIAN) & 0xFFFF;
  }

  static int getInt(DirectBuffer from, int at) {
    return from.getInt(at, ByteOrder.BIG_ENDIAN);
  }

  static long getUnsignedInt(DirectBuffer from, int at) {
    return getInt(from, at) & 0xFFFF_FFFFL;
  }

  static long getLong(DirectBuffer from, int at) {
    return from.getLong(at, ByteOrder.BIG_ENDIAN);
  }

  static void putShort(MutableDirectBuffer to, int at, int value) {
    to.putShort(at, (short) value, ByteOrder.BIG_ENDIAN);
  }

  static void putInt(MutableDirectBuffer to, int at, int value) {
    to.putInt(at, value, ByteOrder.BIG_ENDIAN);
  }

  static void putLong(MutableDirectBuffer to, int at, long value) {
    to.putLong(at, value, ByteOrder.BIG_ENDIAN);
  }

  /// Writes `text` in ASCII, cut or filled with spaces to `lengthBytes`.
  static void putText(MutableDirectBuffer to, int at, String text, int lengthBytes) {
    to.setMemory(at, lengthBytes, (byte) ' ');
    byte[] ascii = text.getBytes(StandardCharsets.US_ASCII);
    to.putBytes(at, ascii, 0, Math.min(ascii.length, lengthBytes));
  }
}
