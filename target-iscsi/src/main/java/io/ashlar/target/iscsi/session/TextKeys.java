package io.ashlar.target.iscsi.session;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The `key=value` pairs of a login or text PDU (RFC 7143 §6.1): each ended by a zero byte.
final class TextKeys {
  /// One pair.
  record Entry(String key, String value) {}

  /// More pairs than any initiator sends.
  static final int ENTRIES_MAX = 64;

  static final int KEY_BYTES_MAX = 63;

  /// CHAP_C may have 1024 bytes, which are twice as many hexadecimal digits.
  static final int VALUE_BYTES_MAX = 2 * 1024 + 2;

  private final List<Entry> entries = new ArrayList<>();

  /// Reads pairs.
  ///
  /// @return null if the bytes are no such list, or exceed a limit
  static @Nullable TextKeys parse(ByteBuf text, int index, int lengthBytes) {
    TextKeys keys = new TextKeys();
    int end = index + lengthBytes;
    for (int at = index; at < end; ) {
      int zero = text.indexOf(at, end, (byte) 0);
      int stop = zero < 0 ? end : zero;
      if (stop > at && !keys.addPair(text, at, stop)) {
        return null;
      }
      at = stop + 1;
    }
    return keys;
  }

  private boolean addPair(ByteBuf text, int at, int stop) {
    int equals = text.indexOf(at, stop, (byte) '=');
    if (equals <= at
        || equals - at > KEY_BYTES_MAX
        || stop - equals - 1 > VALUE_BYTES_MAX
        || entries.size() >= ENTRIES_MAX) {
      return false;
    }
    String key = text.toString(at, equals - at, StandardCharsets.UTF_8);
    String value = text.toString(equals + 1, stop - equals - 1, StandardCharsets.UTF_8);
    entries.add(new Entry(key, value));
    return true;
  }

  List<Entry> entries() {
    return entries;
  }

  /// The value of `key`, or null.
  @Nullable String get(String key) {
    for (Entry entry : entries) {
      if (entry.key().equals(key)) {
        return entry.value();
      }
    }
    return null;
  }

  /// Whether a key comes twice, which no side may do in one exchange (RFC 7143 §6.2).
  boolean hasRepetition() {
    Set<String> seen = new HashSet<>();
    for (Entry entry : entries) {
      if (!seen.add(entry.key())) {
        return true;
      }
    }
    return false;
  }

  TextKeys add(String key, String value) {
    entries.add(new Entry(key, value));
    return this;
  }

  TextKeys add(String key, long value) {
    return add(key, Long.toString(value));
  }

  /// The pairs as they are sent.
  byte[] toBytes() {
    StringBuilder text = new StringBuilder();
    for (Entry entry : entries) {
      text.append(entry.key()).append('=').append(entry.value()).append('\0');
    }
    return text.toString().getBytes(StandardCharsets.UTF_8);
  }
}
