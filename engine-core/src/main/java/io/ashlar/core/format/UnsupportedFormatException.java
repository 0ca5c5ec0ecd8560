package io.ashlar.core.format;

/// A device was written in a format that this build does not open. Nothing was changed on it.
public final class UnsupportedFormatException extends Exception {
  public UnsupportedFormatException(int version, String place) {
    super(
        "format version %d at %s is not one that this build opens (%d to %d); use a build that knows it"
            .formatted(version, place, FormatVersion.OLDEST, FormatVersion.CURRENT));
  }
}
