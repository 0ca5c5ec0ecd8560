package io.ashlar.replication.metadata;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.UUID;
import org.agrona.DirectBuffer;

/// Reads fields that a [MetadataWriter] wrote, from bytes that may be anything: a field beyond the
/// end, or out of its range, is malformed and nothing else happens.
final class MetadataReader {
  private final DirectBuffer buffer;
  private final int end;
  private int position;

  MetadataReader(DirectBuffer buffer, int offset, int lengthBytes) {
    this.buffer = buffer;
    this.position = offset;
    this.end = offset + lengthBytes;
  }

  DirectBuffer buffer() {
    return buffer;
  }

  int getShort() throws MalformedMetadataException {
    return buffer.getShort(take(Short.BYTES), ByteOrder.LITTLE_ENDIAN) & 0xFFFF;
  }

  int getInt() throws MalformedMetadataException {
    return buffer.getInt(take(Integer.BYTES), ByteOrder.LITTLE_ENDIAN);
  }

  long getLong() throws MalformedMetadataException {
    return buffer.getLong(take(Long.BYTES), ByteOrder.LITTLE_ENDIAN);
  }

  UUID getUuid() throws MalformedMetadataException {
    return new UUID(getLong(), getLong());
  }

  String getText() throws MalformedMetadataException {
    int length = getShort();
    require(length <= MetadataWriter.TEXT_BYTES_MAX, "a text is too long");
    byte[] utf8 = new byte[Math.min(length, end - position)];
    buffer.getBytes(take(length), utf8);
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(utf8)).toString();
    } catch (CharacterCodingException e) {
      throw new MalformedMetadataException("a text is not UTF-8");
    }
  }

  /// How many entries follow.
  int getCount(int most) throws MalformedMetadataException {
    int count = getInt();
    require(count >= 0 && count <= most, "a list is longer than its limit");
    return count;
  }

  /// One of `choices`, written as its place among them.
  <E> E getOneOf(List<E> choices) throws MalformedMetadataException {
    int place = getShort();
    require(place < choices.size(), "a choice is none of those that exist");
    return choices.get(place);
  }

  /// Skips `bytes` bytes and returns where they begin.
  int take(int bytes) throws MalformedMetadataException {
    require(bytes <= end - position, "it ends within a field");
    int at = position;
    position += bytes;
    return at;
  }

  void requireEnd() throws MalformedMetadataException {
    require(position == end, "bytes follow its last field");
  }

  static void require(boolean fact, String complaint) throws MalformedMetadataException {
    if (!fact) {
      throw new MalformedMetadataException(complaint);
    }
  }
}
