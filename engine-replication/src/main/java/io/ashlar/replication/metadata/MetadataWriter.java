package io.ashlar.replication.metadata;

import io.ashlar.core.base.Check;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.UUID;
import org.agrona.ExpandableArrayBuffer;

/// Writes fields one after the other, little-endian, into memory that grows. The counterpart of
/// [MetadataReader].
final class MetadataWriter {
  /// The longest text: fits every name, path and reference that protocols and systems know.
  static final int TEXT_BYTES_MAX = 4096;

  private final ExpandableArrayBuffer buffer = new ExpandableArrayBuffer(512);
  private int position;

  int position() {
    return position;
  }

  ExpandableArrayBuffer buffer() {
    return buffer;
  }

  byte[] toArray() {
    return Arrays.copyOf(buffer.byteArray(), position);
  }

  MetadataWriter putShort(int value) {
    Check.that(value >= 0 && value <= 0xFFFF, "the number fits 16 bits", value);
    buffer.putShort(position, (short) value, ByteOrder.LITTLE_ENDIAN);
    position += Short.BYTES;
    return this;
  }

  MetadataWriter putInt(int value) {
    buffer.putInt(position, value, ByteOrder.LITTLE_ENDIAN);
    position += Integer.BYTES;
    return this;
  }

  MetadataWriter putLong(long value) {
    buffer.putLong(position, value, ByteOrder.LITTLE_ENDIAN);
    position += Long.BYTES;
    return this;
  }

  MetadataWriter putUuid(UUID value) {
    return putLong(value.getMostSignificantBits()).putLong(value.getLeastSignificantBits());
  }

  /// Its length in UTF-8 bytes (2), then those.
  MetadataWriter putText(String value) {
    byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
    Check.that(utf8.length <= TEXT_BYTES_MAX, "the text is not too long", utf8.length);
    putShort(utf8.length);
    buffer.putBytes(position, utf8);
    position += utf8.length;
    return this;
  }

  /// Leaves room and returns where it begins.
  int skip(int bytes) {
    int at = position;
    buffer.checkLimit(position + bytes);
    position += bytes;
    return at;
  }
}
