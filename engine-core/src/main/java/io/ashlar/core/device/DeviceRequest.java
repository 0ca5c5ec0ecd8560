package io.ashlar.core.device;

import org.jspecify.annotations.Nullable;

/// One request to a device, allocated once by its owner and reused. The owner fills the public
/// fields, submits it, and may touch it again only when its completion ran.
public final class DeviceRequest {
  public DeviceOperation operation = DeviceOperation.READ;

  /// Byte offset on the device, a multiple of [DeviceGeometry#alignmentBytes].
  public long offset;

  /// Length in bytes, a multiple of [DeviceGeometry#alignmentBytes]; at most `Integer.MAX_VALUE`
  /// where data moves.
  public long length;

  /// Address of the memory outside the heap, a multiple of [DeviceGeometry#alignmentBytes].
  public long address;

  public final DeviceCompletion completion;

  public DeviceStatus status = DeviceStatus.OK;

  /// The errno behind a [DeviceStatus] that is not OK, for people; 0 where there is none.
  public int errno;

  /// The owner's own.
  public @Nullable Object attachment;

  /// The device's own while the request is with it.
  public @Nullable DeviceRequest next;

  /// The device's own while the request is with it.
  public long deviceTag;

  public DeviceRequest(DeviceCompletion completion) {
    this.completion = completion;
  }
}
