package io.ashlar.replication.network.frame;

import java.nio.charset.StandardCharsets;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/// Why the other end closes the connection: one sentence, for people.
public final class Goodbye {
  /// The longest sentence.
  public static final int BYTES_MAX = 512;

  private static final char UNPRINTABLE = '?';

  private Goodbye() {}

  /// Writes a sentence, cut where it is too long.
  ///
  /// @return how many bytes it takes
  public static int encode(String sentence, MutableDirectBuffer payload, int at) {
    byte[] bytes = sentence.getBytes(StandardCharsets.US_ASCII);
    int length = Math.min(bytes.length, BYTES_MAX);
    payload.putBytes(at, bytes, 0, length);
    return length;
  }

  /// Reads a sentence. It was written by another: what is not a printable character of ASCII is
  /// shown as a question mark, so that it cannot forge lines of a log.
  public static String decode(DirectBuffer payload, int at, int length) {
    StringBuilder sentence = new StringBuilder(length);
    for (int i = 0; i < length; i++) {
      char each = (char) (payload.getByte(at + i) & 0xFF);
      sentence.append(each >= ' ' && each <= '~' ? each : UNPRINTABLE);
    }
    return sentence.toString();
  }
}
