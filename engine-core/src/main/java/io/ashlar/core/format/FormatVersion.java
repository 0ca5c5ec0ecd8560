package io.ashlar.core.format;

/// Versions of the device format and what this build can open.
public final class FormatVersion {
  /// What this build writes.
  public static final int CURRENT = 3;

  /// The oldest that this build opens.
  public static final int OLDEST = 2;

  private FormatVersion() {}
}
