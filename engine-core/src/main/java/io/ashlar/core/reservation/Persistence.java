package io.ashlar.core.reservation;

/// What becomes of registrations and the reservation when power is lost: NVMe's PTPL, SCSI's APTPL.
public enum Persistence {
  /// They are forgotten.
  VOLATILE,
  /// They stay.
  PERSISTENT
}
