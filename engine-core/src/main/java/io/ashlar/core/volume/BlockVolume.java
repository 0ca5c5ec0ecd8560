package io.ashlar.core.volume;

import io.ashlar.core.reservation.ReservationTable;

/// A volume: an array of blocks in which each block is an atomic register. Belongs to one shard;
/// every method is called on that shard's thread.
public interface BlockVolume {
  VolumeId id();

  /// The shape now; a resize replaces it.
  VolumeGeometry geometry();

  /// Who may read and write; the targets ask it before they submit. It outlives restarts only as
  /// far as [BlockOperation#SAVE_RESERVATIONS] has saved it.
  ReservationTable reservations();

  /// Takes the request; its completion runs later, or before this returns. Requests that overlap
  /// and are under way at the same time are unordered, except that no block is ever a mix of two
  /// writes.
  void submit(BlockRequest request);

  /// Withdraws a request that is with this volume. If it was not sequenced yet, it completes at
  /// once as [BlockStatus#ABORTED] and never appears; else it goes on and completes as it would
  /// have.
  ///
  /// @return whether it was withdrawn
  boolean abort(BlockRequest request);
}
