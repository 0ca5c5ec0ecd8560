package io.ashlar.core.format;

/// What was read from a device is not what was written there. The message names the device's
/// structure and its place.
public final class CorruptRecordException extends Exception {
  public CorruptRecordException(String message) {
    super(message);
  }
}
