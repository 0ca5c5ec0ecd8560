package io.ashlar.nvme.uring;

import io.ashlar.core.device.DeviceRequest;
import java.nio.ByteBuffer;

/// How requests become entries of a ring, and the ring's results become progress: for files and
/// block devices, or for NVMe's own commands.
interface RingCommands {
  /// Publishes an entry for what is left of a request, or for as much of it as one entry may carry.
  ///
  /// @param moved bytes that are done
  void publish(DeviceRequest request, int slot, long moved);

  /// What an event's result means for its request.
  ///
  /// @return bytes that were done, or a negative errno; of a request that moves no data, anything
  ///   from 0 on is its end
  long progress(DeviceRequest request, int slot, int result);

  /// Whether a request is done in pieces that add up to its length.
  boolean addsUp(DeviceRequest request);

  /// Whether a polled ring takes this request: one that ends by itself in a queue of the device.
  boolean mayBePolled(DeviceRequest request);

  /// Takes another way where the device refused one; requests under way at that time are refused
  /// too and come here after the change.
  ///
  /// @return whether the request may be tried again
  boolean fallsBack(DeviceRequest request, int errno);

  /// Memory that is registered with the ring.
  void useRegistered(ByteBuffer arena);

  /// Memory could not be registered.
  void explainUnregistered(String why);

  /// For people.
  String describe();
}
