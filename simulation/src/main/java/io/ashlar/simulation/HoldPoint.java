package io.ashlar.simulation;

/// Where a [MemoryBlockVolume] keeps a request that it was told to hold.
public enum HoldPoint {
  /// Not carried out yet: an abort withdraws it.
  BEFORE_EFFECT,
  /// Carried out, its completion still to come: an abort is too late.
  AFTER_EFFECT
}
