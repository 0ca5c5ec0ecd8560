package io.ashlar.simulation;

import io.ashlar.core.base.Check;
import java.util.List;

/// A disk at one instant: what is on its medium, and what is not yet. Costs next to nothing to take
/// ([DiskImage] forks in constant time) and does not change, so that one run of a workload serves
/// any number of crashes.
public final class DiskState {
  private final DiskImage medium;
  private final List<UnsyncedWrite> unsynced;
  private final long writes;

  DiskState(DiskImage medium, List<UnsyncedWrite> unsynced, long writes) {
    this.medium = medium;
    this.unsynced = List.copyOf(unsynced);
    this.writes = writes;
  }

  /// How many writes the disk had been given.
  public long writes() {
    return writes;
  }

  /// The writes that are not durable: cached ones in order of completion, then those in flight in
  /// order of submission.
  public List<UnsyncedWrite> unsynced() {
    return unsynced;
  }

  /// The medium as it is found after the power failed here and went as `choice` says.
  public DiskImage crashed(CrashChoice choice) {
    Check.that(choice.kept().length() <= unsynced.size(), "chosen among the unsynced writes");
    DiskImage after = medium.fork();
    CrashChoice.Tear tear = choice.tear();
    for (int i = 0; i < unsynced.size(); i++) {
      UnsyncedWrite write = unsynced.get(i);
      if (choice.kept().get(i)) {
        write.applyTo(after, 0, write.sectors());
      } else if (tear != null && tear.write() == i) {
        write.applyTo(after, tear.firstSector(), tear.endSector());
      }
    }
    return after;
  }
}
