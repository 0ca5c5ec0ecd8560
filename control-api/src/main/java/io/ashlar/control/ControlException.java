package io.ashlar.control;

/// The management API refused; [#problem] is the answer as it travels.
public final class ControlException extends RuntimeException {
  private final transient Problem problem;

  public ControlException(Problem problem) {
    super(problem.detail());
    this.problem = problem;
  }

  public ControlException(ProblemCode code, String detail) {
    this(Problem.of(code, detail));
  }

  public Problem problem() {
    return problem;
  }

  public ProblemCode code() {
    return ProblemCode.of(problem.code());
  }
}
