package io.ashlar.control;

import io.ashlar.control.Exchange.Answer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;

/// Reads an HTTP answer that is there as a whole.
///
/// ```
/// HTTP/1.1 200 OK ⏎ name: value ⏎ … ⏎ ⏎ body
/// ```
final class SocketAnswer {
  static final int BYTES_MAX = 64 << 20;

  private static final String LINE_END = "\r\n";
  private static final String HEAD_END = LINE_END + LINE_END;
  private static final int STATUS_OFFSET = "HTTP/1.1 ".length();
  private static final int STATUS_DIGITS = 3;

  private SocketAnswer() {}

  /// @throws IOException if it is no answer, or not all of one
  static Answer parse(byte[] bytes) throws IOException {
    String text = new String(bytes, StandardCharsets.ISO_8859_1);
    int headEnd = text.indexOf(HEAD_END);
    if (headEnd < 0) {
      throw new IOException("the answer has no end of its head");
    }
    String head = text.substring(0, headEnd);
    byte[] body = Arrays.copyOfRange(bytes, headEnd + HEAD_END.length(), bytes.length);
    String length = header(head, "content-length");
    if (!length.isEmpty() && number(length) != body.length) {
      throw new IOException("the answer breaks off");
    }
    if (!header(head, "transfer-encoding").isEmpty()) {
      throw new IOException("the answer is in a form that HTTP/1.0 does not have");
    }
    return new Answer(status(head), header(head, "content-type"), body);
  }

  private static int status(String head) throws IOException {
    if (!head.startsWith("HTTP/1.") || head.length() < STATUS_OFFSET + STATUS_DIGITS) {
      throw new IOException("the answer is not HTTP");
    }
    return number(head.substring(STATUS_OFFSET, STATUS_OFFSET + STATUS_DIGITS));
  }

  private static int number(String text) throws IOException {
    try {
      return Integer.parseInt(text);
    } catch (NumberFormatException noNumber) {
      throw new IOException("the answer's head is garbled", noNumber);
    }
  }

  /// A header's value; empty if there is none.
  private static String header(String head, String name) {
    return head.lines()
        .filter(line -> line.toLowerCase(Locale.ROOT).startsWith(name + ":"))
        .map(line -> line.substring(name.length() + 1).strip())
        .findFirst()
        .orElse("");
  }
}
