package io.ashlar.interop.iscsi;

import static org.assertj.core.api.Assertions.assertThat;

import io.ashlar.interop.daemon.AshlarDaemon;
import io.ashlar.interop.tool.HostProgram;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// libiscsi's conformance suite: no failure of the target's, and no skip that is not on the
/// committed list. What the suite itself gets wrong is a committed list too, with reasons.
class IscsiConformanceIT {
  private static final Duration LIMIT = Duration.ofMinutes(8);

  private static final long SIZE_BYTES = 100L << 20;

  /// What a test says that only the destructive run may do; that run covers it.
  private static final String NEEDS_DATALOSS = "--dataloss flag is not set";

  enum Suite {
    /// Tests that leave data alone.
    HARMLESS,
    /// All tests, destructive ones among them.
    DESTRUCTIVE
  }

  @TempDir Path directory;

  @ParameterizedTest
  @CsvSource({"HARMLESS, 512", "DESTRUCTIVE, 512", "HARMLESS, 4096", "DESTRUCTIVE, 4096"})
  void shouldPassTheWholeSuite(Suite suite, int logicalBlockBytes) throws Exception {
    HostProgram.require("iscsi-test-cu");
    try (AshlarDaemon daemon = AshlarDaemon.start(directory, "1GiB")) {
      String url = daemon.iscsiUrl(daemon.create("suite", SIZE_BYTES, logicalBlockBytes));
      List<String> command = new ArrayList<>(List.of("iscsi-test-cu"));
      if (suite == Suite.DESTRUCTIVE) {
        command.add("--dataloss");
      }
      // The same again as the second path, which the multipath tests want.
      command.addAll(List.of(url, url));
      HostProgram.Ended ended = HostProgram.run(LIMIT, command);
      ConformanceReport report = ConformanceReport.parse(ended.output());
      assertThat(targetsFailures(report, suite, logicalBlockBytes)).as("failed").isEmpty();
      assertThat(unexpectedSkips(report, suite)).as("skipped, not on the list").isEmpty();
      assertThat(ended.exit()).as("ended in time: " + ended.output()).isNotNegative();
      assertThat(report.passed()).as("ran at all").hasSizeGreaterThan(100);
    }
  }

  /// Without `--dataloss` the suite refuses to send some commands and counts that as failures.
  private static Map<String, String> targetsFailures(
      ConformanceReport report, Suite suite, int logicalBlockBytes) throws Exception {
    Map<String, String> failures = new TreeMap<>(report.failed());
    Map<String, String> faults = ListedTests.suiteFaults();
    if (suite == Suite.HARMLESS) {
      failures.values().removeIf(said -> said.contains(NEEDS_DATALOSS));
      failures.keySet().removeIf(test -> faults.containsKey(test + "@harmless"));
    } else {
      failures.keySet().removeIf(test -> faults.containsKey(test + "@" + logicalBlockBytes));
    }
    return failures;
  }

  private static Map<String, String> unexpectedSkips(ConformanceReport report, Suite suite)
      throws Exception {
    Map<String, String> unexpected = new TreeMap<>(report.skipped());
    if (suite == Suite.HARMLESS) {
      unexpected.values().removeIf(reason -> reason.contains(NEEDS_DATALOSS));
    }
    unexpected.keySet().removeAll(ListedTests.allowedSkips().keySet());
    return unexpected;
  }
}
