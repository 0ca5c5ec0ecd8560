package io.ashlar.target.iscsi.scsi;

/// What reservations do to a command of another nexus (SPC-4 table 66, SBC-4 table 13, SPC-2 §5.5).
enum ReservationClass {
  /// Always allowed: INQUIRY and its like.
  ALLOWED,
  /// Allowed by persistent reservations, not by RESERVE (6): TEST UNIT READY and its like.
  STATUS,
  /// Reads the medium: conflicts with exclusive access.
  READ,
  /// Writes the medium: conflicts with write exclusive and exclusive access.
  WRITE,
  /// Changes what the unit is like: conflicts as [#WRITE] does.
  CONFIGURE,
  /// START STOP UNIT: conflicts as [#WRITE] does, unless it only starts the unit.
  START_STOP,
  /// Judged by the command itself as to persistent reservations: the commands about them.
  OWN
}
