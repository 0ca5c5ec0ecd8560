package io.ashlar.interop.iscsi;

import static org.assertj.core.api.Assertions.assertThat;

import io.ashlar.interop.target.ServedVolume;
import io.ashlar.interop.tool.HostProgram;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// libiscsi's conformance suite: no failure, and no skip that is not on the committed list.
class IscsiConformanceIT {
  private static final Duration LIMIT = Duration.ofMinutes(5);

  private static final long SIZE_BYTES = 100L << 20;

  /// What a test says that only the destructive run may do; that run covers it.
  private static final String NEEDS_DATALOSS = "--dataloss flag is not set";

  enum Suite {
    /// Tests that leave data alone.
    HARMLESS,
    /// All tests, destructive ones among them.
    DESTRUCTIVE
  }

  @ParameterizedTest
  @EnumSource(Suite.class)
  void shouldPassTheWholeSuite(Suite suite) throws Exception {
    HostProgram.require("iscsi-test-cu");
    try (ServedVolume volume = ServedVolume.start(SIZE_BYTES, 512)) {
      List<String> command = new ArrayList<>(List.of("iscsi-test-cu"));
      if (suite == Suite.DESTRUCTIVE) {
        command.add("--dataloss");
      }
      command.add(volume.iscsiUrl());
      // The same again as the second path, which the multipath tests want.
      command.add(volume.iscsiUrl());
      HostProgram.Ended ended = HostProgram.run(LIMIT, command);
      ConformanceReport report = ConformanceReport.parse(ended.output());
      Map<String, String> unexpected = new TreeMap<>(report.skipped());
      if (suite == Suite.HARMLESS) {
        unexpected.values().removeIf(reason -> reason.contains(NEEDS_DATALOSS));
      }
      unexpected.keySet().removeAll(AllowedSkips.load().keySet());
      assertThat(report.failed()).as("failed").isEmpty();
      assertThat(unexpected).as("skipped, not in iscsi-test-cu-skips.txt").isEmpty();
      assertThat(ended.exit()).as(ended.output()).isZero();
      assertThat(report.passed()).as("ran at all").hasSizeGreaterThan(100);
    }
  }
}
