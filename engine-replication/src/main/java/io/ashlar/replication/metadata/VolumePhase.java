package io.ashlar.replication.metadata;

/// How far a volume's creation or deletion got. Engines and this record change one after the other,
/// so that a crash between them is seen and finished.
public enum VolumePhase {
  /// Recorded; the engine may not have it yet. Hosts were told nothing.
  CREATING,
  /// Served.
  READY,
  /// Withdrawn from hosts; the engine may still have it.
  DELETING;

  /// Whether a volume in this phase may be in `next` after the next change.
  public boolean mayBecome(VolumePhase next) {
    return next.compareTo(this) >= 0;
  }
}
