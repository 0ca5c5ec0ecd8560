package io.ashlar.interop.iscsi;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.InputStream;
import java.util.LinkedHashMap;
import java.util.Map;

/// Committed lists of tests of `iscsi-test-cu`: one per line, its name and the reason. Lines that
/// start with `#` are comments.
final class ListedTests {
  private ListedTests() {}

  /// The tests that may be skipped, whatever the run.
  static Map<String, String> allowedSkips() throws IOException {
    return load("/iscsi-test-cu-skips.txt");
  }

  /// The tests that no target can pass in a run, as `Suite.Test@run`, since the suite is at fault.
  static Map<String, String> suiteFaults() throws IOException {
    return load("/iscsi-test-cu-faults.txt");
  }

  private static Map<String, String> load(String resource) throws IOException {
    Map<String, String> tests = new LinkedHashMap<>();
    try (InputStream in = requireNonNull(ListedTests.class.getResourceAsStream(resource))) {
      for (String line : new String(in.readAllBytes(), UTF_8).split("\n", -1)) {
        if (line.isBlank() || line.startsWith("#")) {
          continue;
        }
        String[] words = line.strip().split("\\s+", 2);
        if (words.length < 2 || tests.put(words[0], words[1]) != null) {
          throw new IOException(resource + " needs one line with a name and a reason: " + line);
        }
      }
    }
    return tests;
  }
}
