package io.ashlar.simulation;

/// Is shown the disk's state at each crash point of a run: once for every write, just after the
/// disk was given it.
@FunctionalInterface
public interface CrashPoints {
  /// Runs deep inside the engine's turn: keep the state, look at it later.
  void onWrite(DiskState state);
}
