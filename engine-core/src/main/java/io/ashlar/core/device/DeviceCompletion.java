package io.ashlar.core.device;

/// Where a finished [DeviceRequest] returns to; always from within [BlockDevice#poll].
@FunctionalInterface
public interface DeviceCompletion {
  void onComplete(DeviceRequest request);
}
