package io.ashlar.target.iscsi.scsi;

/// What reservations do to a command of another nexus (SPC-4 table 49, SBC-4 table 13).
enum ReservationClass {
  /// Always allowed: INQUIRY and its like.
  ALLOWED,
  /// Reads the medium: conflicts with exclusive access.
  READ,
  /// Writes the medium: conflicts with write exclusive and exclusive access.
  WRITE,
  /// Changes what the unit is like: conflicts as [#WRITE] does.
  CONFIGURE,
  /// Judged by the command itself: the reservation commands.
  OWN
}
