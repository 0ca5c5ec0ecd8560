package io.ashlar.nvme.local;

/// A device could not be opened. The message is a sentence for the person who asked.
public final class DeviceOpenException extends Exception {
  /// What stood in the way.
  public enum Reason {
    /// There is nothing at the path, and creating it was not asked for.
    ABSENT,
    /// Another process holds it.
    IN_USE,
    /// The system forbids what was tried: permissions, seccomp, a sysctl.
    FORBIDDEN,
    /// It exists but cannot serve: too small, a directory, odd block size.
    UNSUITABLE,
    /// The way of driving it is not available on this machine.
    ENGINE_UNAVAILABLE,
    /// The system answered with an error of another kind.
    FAILED
  }

  private final Reason reason;
  private final String sentence;

  public DeviceOpenException(Reason reason, String message) {
    super(message);
    this.sentence = message;
    this.reason = reason;
  }

  public DeviceOpenException(Reason reason, String message, Throwable cause) {
    super(message, cause);
    this.sentence = message;
    this.reason = reason;
  }

  public Reason reason() {
    return reason;
  }

  /// The message, which is never missing here.
  public String sentence() {
    return sentence;
  }
}
