package io.ashlar.nvme.local;

import io.ashlar.core.device.BlockDevice;

/// A disk of this machine: a [BlockDevice] that can also wake a sleeping event loop and say how it
/// is.
///
/// A loop goes to sleep like this:
///
/// ```
/// if (device.poll() == 0 && device.armWakeUp()) {
///   sleep();                 // ends when eventFd() is readable, or when the wake-up ran
/// }
/// ```
///
/// One arming gives at least one wake-up if a completion comes; [#poll] disarms. A device that was
/// never armed wakes nobody, so that a spinning loop does not pay for signals.
public interface LocalBlockDevice extends BlockDevice {
  /// [#eventFd] of a device that has none.
  int NO_EVENT_FD = -1;

  /// How the device is driven, for people: "io_uring, DEFER_TASKRUN, registered buffers".
  String engine();

  /// Starts what was submitted and asks for a wake-up at the next completion.
  ///
  /// @return false if completions wait already, so that the loop must poll instead of sleeping
  boolean armWakeUp();

  /// The descriptor of an eventfd that becomes readable with an armed device's completion, or
  /// [#NO_EVENT_FD] where [#wakeUpBy] does the waking. Watch it edge-triggered: nobody has to read
  /// it.
  int eventFd();

  /// Sets what a device without an eventfd calls, from a thread of its own, to wake the loop.
  /// Before the first request. Devices with an eventfd never call it.
  void wakeUpBy(Runnable wakeUp);

  /// Bytes that its file system must still find when all of it is written: of a sparse file, what
  /// has no place yet; of anything else 0.
  long unbackedBytes();

  /// Counters since the device was opened; any thread may ask.
  DeviceHealth health();
}
