package io.ashlar.simulation.mutants;

import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.launcher.EngineFilter;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary;

/// Runs the tests that its arguments name, in the process that was started for one mutant. Ends
/// with 0 if all pass, 1 if some fail, and 2 if there were none.
final class MutantTests {
  private MutantTests() {}

  public static void main(String[] names) {
    LauncherDiscoveryRequestBuilder request = LauncherDiscoveryRequestBuilder.request();
    request.filters(EngineFilter.includeEngines("junit-jupiter"));
    for (String name : names) {
      request.selectors(
          name.indexOf('#') >= 0
              ? DiscoverySelectors.selectMethod(name)
              : DiscoverySelectors.selectClass(name));
    }
    SummaryGeneratingListener listener = new SummaryGeneratingListener();
    LauncherFactory.create().execute(request.build(), listener);
    TestExecutionSummary summary = listener.getSummary();
    for (TestExecutionSummary.Failure failure : summary.getFailures()) {
      String message = String.valueOf(failure.getException()).strip();
      String shown = message.lines().limit(3).reduce("", (all, line) -> all + " " + line.strip());
      System.out.println("FAILED " + failure.getTestIdentifier().getDisplayName() + ":" + shown);
    }
    boolean none = summary.getTestsStartedCount() == 0 && summary.getFailures().isEmpty();
    Runtime.getRuntime().halt(none ? 2 : summary.getTotalFailureCount() > 0 ? 1 : 0);
  }
}
