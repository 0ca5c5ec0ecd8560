package io.ashlar.core.format;

/// A device was written in a format that this build does not open. Nothing was changed on it.
public final class UnsupportedFormatException extends Exception {
  public UnsupportedFormatException(int version, String place) {
    super("format version %d at %s is %s".formatted(version, place, verdict(version)));
  }

  private static String verdict(int version) {
    return version < FormatVersion.OLDEST
        ? "older than this build opens (%s): copy its volumes off with the build that wrote it, then format it anew"
            .formatted(opened())
        : "newer than this build knows (%s): use the build that wrote it, or a later one"
            .formatted(opened());
  }

  private static String opened() {
    return FormatVersion.OLDEST == FormatVersion.CURRENT
        ? "version " + FormatVersion.CURRENT
        : "versions %d to %d".formatted(FormatVersion.OLDEST, FormatVersion.CURRENT);
  }
}
