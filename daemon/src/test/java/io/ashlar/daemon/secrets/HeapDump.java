package io.ashlar.daemon.secrets;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/// Looks for a secret in a heap dump, in every order in which its bytes may lie in an array: as
/// bytes, as the ints or longs of a key schedule, as hexadecimal, as 16-bit letters.
final class HeapDump {
  private final byte[] content;

  HeapDump(Path file) throws IOException {
    content = Files.readAllBytes(file);
  }

  /// The forms in which the secret was found.
  List<String> formsOf(byte[] secret) {
    List<String> found = new ArrayList<>();
    note(found, "bytes", secret);
    note(found, "ints", swapped(secret, Integer.BYTES));
    note(found, "longs", swapped(secret, Long.BYTES));
    note(found, "hexadecimal", hexadecimal(secret));
    note(found, "16-bit letters", widened(secret));
    return found;
  }

  private void note(List<String> found, String form, byte[] bytes) {
    if (contains(bytes)) {
      found.add(form);
    }
  }

  private boolean contains(byte[] bytes) {
    for (int at = 0; at <= content.length - bytes.length; at++) {
      if (content[at] == bytes[0] && matches(at, bytes)) {
        return true;
      }
    }
    return false;
  }

  private boolean matches(int at, byte[] bytes) {
    for (int i = 1; i < bytes.length; i++) {
      if (content[at + i] != bytes[i]) {
        return false;
      }
    }
    return true;
  }

  private static byte[] hexadecimal(byte[] bytes) {
    return HexFormat.of().formatHex(bytes).getBytes(StandardCharsets.US_ASCII);
  }

  /// As little-endian numbers of so many bytes are dumped, which is big-endian.
  private static byte[] swapped(byte[] bytes, int width) {
    byte[] turned = new byte[bytes.length / width * width];
    for (int i = 0; i < turned.length; i++) {
      turned[i] = bytes[i / width * width + width - 1 - i % width];
    }
    return turned;
  }

  private static byte[] widened(byte[] bytes) {
    byte[] wide = new byte[2 * bytes.length];
    for (int i = 0; i < bytes.length; i++) {
      wide[2 * i + 1] = bytes[i];
    }
    return wide;
  }
}
