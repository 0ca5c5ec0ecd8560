package io.ashlar.nvme.uring;

import io.ashlar.core.device.DeviceRequest;
import io.ashlar.nvme.posix.SystemErrors;
import java.nio.ByteBuffer;

/// One ring of a device, what speaks through it, and how much of that is with the kernel.
final class RingLane {
  final Ring ring;
  final RingCommands commands;
  private int inFlight;

  RingLane(Ring ring, RingCommands commands) {
    this.ring = ring;
    this.commands = commands;
  }

  /// Entries that the kernel has not answered.
  int inFlight() {
    return inFlight;
  }

  void publish(DeviceRequest request, int slot, long moved) {
    commands.publish(request, slot, moved);
    inFlight++;
  }

  /// Starts what was published; a polled ring also looks for what ended.
  void enter() {
    ring.enter(inFlight);
  }

  /// Gives the oldest event's place back.
  void taken() {
    ring.completion.advance();
    inFlight--;
  }

  void useArena(ByteBuffer arena) {
    int result = ring.registerBuffers(arena);
    if (result == 0) {
      commands.useRegistered(arena);
    } else {
      // Unregistered memory works, a little slower: most often the limit on locked memory.
      commands.explainUnregistered(SystemErrors.text(result));
    }
  }

  /// Lets all that is with the kernel end, and takes no notice of how.
  void await(long giveUpNs) {
    while (inFlight > 0 && System.nanoTime() < giveUpNs) {
      enter();
      for (int ready = ring.completion.ready(); ready > 0; ready--) {
        taken();
      }
      Thread.onSpinWait();
    }
  }

  /// For people.
  String describe() {
    return ring.describe() + ", " + commands.describe();
  }
}
