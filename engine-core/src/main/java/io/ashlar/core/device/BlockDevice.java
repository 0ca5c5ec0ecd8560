package io.ashlar.core.device;

import java.nio.ByteBuffer;

/// The port to a disk. One thread owns a device; nothing here waits.
public interface BlockDevice extends AutoCloseable {
  /// What people call it: a path, or the name of a simulated disk.
  String name();

  DeviceGeometry geometry();

  /// Whether ranges get their place on the medium only when they are first written, as in a sparse
  /// file: such a first write is several times slower to become durable.
  default boolean isThin() {
    return false;
  }

  /// Whether the whole range has its place on the medium. Asked of thin devices, now and then; one
  /// system call at most.
  default boolean isBacked(long offset, long lengthBytes) {
    return true;
  }

  /// Tells the device of memory that most requests will use, so that it may register it with the
  /// kernel. At most once, while no request is in flight. Requests may use other memory too.
  void useArena(ByteBuffer arena);

  /// Takes a request, to be started at the latest by the next [#poll]. One that does not pass
  /// [DeviceGeometry#check] fails there and is not taken.
  ///
  /// @return false if the queue is full: ask again after a completion
  boolean submit(DeviceRequest request);

  /// Starts what was submitted (one call for the whole batch) and runs the completions of what has
  /// ended. Completions may submit.
  ///
  /// @return how many requests ended
  int poll();

  /// How many requests were submitted and have not ended.
  int inFlight();

  /// Releases the device. Requests still in flight end first or never run their completion.
  @Override
  void close();
}
