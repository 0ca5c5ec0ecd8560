package io.ashlar.core.segment;

import io.ashlar.core.device.DeviceRequest;

/// Hears how the log's groups fare, on the shard's thread.
public interface LogListener {
  /// The group and all before it are durable. Called in the order of group sequences; the group's
  /// memory is valid until this returns.
  void onDurable(Group group);

  /// The device refused a write. The log stops for good: nothing after this becomes durable.
  void onFailed(Group group, DeviceRequest request);
}
