package io.ashlar.cli;

/// A command cannot go on: a stable code, a sentence that says what to do, and the exit code.
public final class CommandFailure extends RuntimeException {
  private final String code;
  private final int exitCode;

  public CommandFailure(String code, String sentence, int exitCode) {
    super(sentence);
    this.code = code;
    this.exitCode = exitCode;
  }

  public String code() {
    return code;
  }

  public int exitCode() {
    return exitCode;
  }
}
