package io.ashlar.simulation;

import io.ashlar.core.device.DeviceOperation;

/// What may be wrong with one request to a simulated disk.
public enum DiskFault {
  /// The read fails; its memory holds nothing of use.
  READ_ERROR,
  /// The write fails, and any part of it may be on the medium.
  WRITE_ERROR,
  /// The write is acknowledged and never happens.
  LOST_WRITE,
  /// The write is acknowledged and goes to another place.
  MISDIRECTED_WRITE,
  /// One bit of what is read has turned over on the medium.
  BIT_ROT,
  /// The request takes [SimulatedDiskOptions#slowNs].
  SLOW,
  /// The request does not end until the disk is told to go on.
  STUCK;

  /// Whether this fault can befall such a request.
  public boolean befalls(DeviceOperation operation) {
    return switch (this) {
      case READ_ERROR, BIT_ROT -> operation == DeviceOperation.READ;
      case WRITE_ERROR, LOST_WRITE, MISDIRECTED_WRITE ->
          operation == DeviceOperation.WRITE || operation == DeviceOperation.WRITE_DURABLE;
      case SLOW, STUCK -> true;
    };
  }
}
