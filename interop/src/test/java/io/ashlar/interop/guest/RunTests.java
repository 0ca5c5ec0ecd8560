package io.ashlar.interop.guest;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.PrintWriter;
import java.util.Arrays;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary;

/// Runs test classes where there is no build: in a guest. Prints how many passed, then each
/// failure; exits with 1 if there was one, or if nothing was run.
final class RunTests {
  private RunTests() {}

  public static void main(String[] classes) {
    SummaryGeneratingListener listener = new SummaryGeneratingListener();
    LauncherFactory.create()
        .execute(
            LauncherDiscoveryRequestBuilder.request()
                .selectors(Arrays.stream(classes).map(DiscoverySelectors::selectClass).toList())
                .build(),
            listener);
    TestExecutionSummary summary = listener.getSummary();
    PrintWriter out = new PrintWriter(System.out, true, UTF_8);
    out.println("found " + summary.getTestsFoundCount());
    out.println("passed " + summary.getTestsSucceededCount());
    summary.printFailuresTo(out, 8);
    boolean isGood =
        summary.getTotalFailureCount() == 0
            && summary.getTestsFoundCount() == summary.getTestsSucceededCount()
            && summary.getTestsFoundCount() > 0;
    System.exit(isGood ? 0 : 1);
  }
}
