package io.ashlar.core.store;

import io.ashlar.core.base.Check;
import org.jspecify.annotations.Nullable;

/// The writes of one volume that were let in between two atomic updates. An atomic update reads
/// what it changes, so it must wait until all turns before its own are over; turns end in any order
/// and are forgotten oldest first.
final class WriteTurn {
  final LocalVolume volume;

  /// Counts the volume's turns.
  final long number;

  private int inFlight;
  @Nullable WriteTurn next;

  WriteTurn(LocalVolume volume, long number) {
    this.volume = volume;
    this.number = number;
  }

  void entered() {
    inFlight++;
  }

  void left() {
    Check.that(inFlight > 0, "a write leaves the turn it entered");
    inFlight--;
    if (inFlight == 0) {
      volume.onTurnDrained();
    }
  }

  boolean isDrained() {
    return inFlight == 0;
  }
}
