package io.ashlar.daemon.loop;

import io.ashlar.nvme.local.LocalBlockDevice;

/// The disks that may wake a sleeping loop.
final class WatchedDevices {
  private static final int DEVICES_MAX = 16;

  private final LocalBlockDevice[] devices = new LocalBlockDevice[DEVICES_MAX];
  private final boolean[] wakes = new boolean[DEVICES_MAX];
  private int count;

  /// @param doesWake whether a completion ends the loop's sleep; without it, the loop stays awake
  ///   while requests are in flight
  void add(LocalBlockDevice device, boolean doesWake) {
    if (count == DEVICES_MAX) {
      throw new IllegalStateException("a shard watches at most 16 devices");
    }
    devices[count] = device;
    wakes[count++] = doesWake;
  }

  @SuppressWarnings("ReferenceEquality") // this device, not one like it
  void remove(LocalBlockDevice device) {
    int kept = 0;
    for (int i = 0; i < count; i++) {
      if (devices[i] != device) {
        wakes[kept] = wakes[i];
        devices[kept++] = devices[i];
      }
    }
    count = kept;
  }

  /// Asks every disk to wake the loop.
  ///
  /// @return whether the loop may sleep; false if something has completed already, or could without
  ///   being noticed
  boolean armForSleep() {
    for (int i = 0; i < count; i++) {
      boolean armed = wakes[i] ? devices[i].armWakeUp() : devices[i].inFlight() == 0;
      if (!armed) {
        return false;
      }
    }
    return true;
  }
}
