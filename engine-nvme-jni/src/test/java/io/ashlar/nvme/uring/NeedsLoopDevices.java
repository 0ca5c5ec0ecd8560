package io.ashlar.nvme.uring;

import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;

/// Skips classes of tests on machines that cannot attach a loop device, as [NeedsIoUring] does.
final class NeedsLoopDevices implements ExecutionCondition {
  @Override
  public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
    // Asked once for a class: the answer takes a process.
    String problem = context.getTestMethod().isPresent() ? null : LoopDevice.problem();
    return problem == null
        ? ConditionEvaluationResult.enabled("loop devices are available")
        : ConditionEvaluationResult.disabled(problem);
  }
}
