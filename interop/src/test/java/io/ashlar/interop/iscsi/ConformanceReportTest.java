package io.ashlar.interop.iscsi;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ConformanceReportTest {
  @Test
  void shouldTellPassedSkippedFailedAndUnfinishedApart() {
    ConformanceReport report =
        ConformanceReport.parse(
            """
            Suite: Read10
              Test: Simple ...passed
              Test: ZeroBlocks ...    [SKIPPED] READ10 is odd.
                [SKIPPED] READ10 is odd.
            passed    [SKIPPED] said by the next suite

            Suite: Write10
              Test: Simple ...    [FAILED] WRITE10 failed
            FAILED
                1. test.c:27  - CU_FAIL
              Test: ZeroBlocks ...passed
              Test: Hang ...
            """);
    assertThat(report.passed()).containsExactly("Read10.Simple", "Write10.ZeroBlocks");
    assertThat(report.skipped()).containsOnlyKeys("Read10.ZeroBlocks");
    assertThat(report.failed()).containsOnlyKeys("Write10.Simple", "Write10.Hang");
    assertThat(report.failed().get("Write10.Hang")).startsWith("did not end");
  }
}
