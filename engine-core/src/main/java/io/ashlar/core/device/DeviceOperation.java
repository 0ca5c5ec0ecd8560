package io.ashlar.core.device;

/// What a [DeviceRequest] asks of a device.
public enum DeviceOperation {
  READ,
  /// Done when the device has it; durable only after a later [#FLUSH].
  WRITE,
  /// Done when it is durable (FUA, RWF_DSYNC, or write and flush).
  WRITE_DURABLE,
  /// Done when all writes that completed before it was submitted are durable.
  FLUSH,
  /// The range's content is not needed any more. A hint: what is read there afterwards is
  /// undefined.
  DISCARD
}
