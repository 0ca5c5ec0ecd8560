package io.ashlar.interop.iscsi;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// What `iscsi-test-cu` said, test by test. The suite counts a skipped test as passed, so each
/// test's own lines are looked at.
///
/// @param passed names of the tests that ran and passed, as `Suite.Test`
/// @param skipped those that were skipped in whole or in part, with the reason
/// @param failed those that failed or did not end, with what they said
record ConformanceReport(
    List<String> passed, Map<String, String> skipped, Map<String, String> failed) {
  private static final Pattern SUITE = Pattern.compile("^Suite: (\\S+).*");
  private static final Pattern TEST = Pattern.compile("^  Test: (\\S+) \\.\\.\\.(.*)");
  private static final String SKIP_MARK = "[SKIPPED]";

  static ConformanceReport parse(String output) {
    Parser parser = new Parser();
    output.lines().forEach(parser::line);
    parser.endTest("did not end");
    return parser.report;
  }

  private static final class Parser {
    private final ConformanceReport report =
        new ConformanceReport(new ArrayList<>(), new LinkedHashMap<>(), new LinkedHashMap<>());
    private final List<String> said = new ArrayList<>();
    private String suite = "";
    private @Nullable String test;

    private void line(String line) {
      Matcher nextSuite = SUITE.matcher(line);
      Matcher nextTest = TEST.matcher(line);
      if (nextSuite.matches()) {
        endTest("did not end");
        suite = nextSuite.group(1);
      } else if (nextTest.matches()) {
        endTest("did not end");
        test = suite + "." + nextTest.group(1);
        text(nextTest.group(2));
      } else {
        text(line);
      }
    }

    /// The verdict stands at a line's start or, where a test said nothing, behind its name.
    private void text(String line) {
      String text = line.strip();
      if (text.startsWith("passed")) {
        endTest(null);
      } else if (text.startsWith("FAILED")) {
        endTest("failed");
      } else if (!text.isEmpty()) {
        said.add(text);
      }
    }

    private void endTest(@Nullable String failure) {
      String name = test;
      test = null;
      String text = String.join("; ", said);
      said.clear();
      if (name == null) {
        return;
      }
      if (failure != null) {
        report.failed.put(name, failure + ": " + text);
      } else if (text.contains(SKIP_MARK)) {
        report.skipped.put(name, text.replace(SKIP_MARK, "").strip());
      } else {
        report.passed.add(name);
      }
    }
  }
}
