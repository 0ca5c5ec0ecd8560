package io.ashlar.interop.iscsi;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.InputStream;
import java.util.LinkedHashMap;
import java.util.Map;

/// The tests of `iscsi-test-cu` that may be skipped: one per line, its name and the reason. Lines
/// that start with `#` are comments.
final class AllowedSkips {
  private static final String RESOURCE = "/iscsi-test-cu-skips.txt";

  private AllowedSkips() {}

  static Map<String, String> load() throws IOException {
    Map<String, String> skips = new LinkedHashMap<>();
    try (InputStream in = requireNonNull(AllowedSkips.class.getResourceAsStream(RESOURCE))) {
      for (String line : new String(in.readAllBytes(), UTF_8).split("\n", -1)) {
        if (line.isBlank() || line.startsWith("#")) {
          continue;
        }
        String[] words = line.strip().split("\\s+", 2);
        if (words.length < 2 || skips.put(words[0], words[1]) != null) {
          throw new IOException(RESOURCE + " needs one line with a name and a reason: " + line);
        }
      }
    }
    return skips;
  }
}
