package io.ashlar.core.device;

/// How a [DeviceRequest] ended.
public enum DeviceStatus {
  OK,
  /// The device reported an error for this request; others may go on.
  IO_ERROR,
  /// The file system under a file-backed device has no room.
  NO_SPACE,
  /// The device does not offer this operation.
  UNSUPPORTED,
  /// The device is no longer there; nothing will succeed.
  GONE
}
