package io.ashlar.nvme.uring;

import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;

/// Skips classes of tests where the kernel has no io_uring for us. An assumption before all of a
/// class's tests would do so without a line in the report.
final class NeedsIoUring implements ExecutionCondition {
  @Override
  public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
    String problem = RingSetup.problem();
    return problem == null
        ? ConditionEvaluationResult.enabled("io_uring is available")
        : ConditionEvaluationResult.disabled("io_uring is not available here: " + problem);
  }
}
