package io.ashlar.core.reservation;

/// How a command to a [ReservationTable] ended. Anything but [#OK] changed nothing.
public enum ReservationOutcome {
  /// Done.
  OK,
  /// Not registered, the wrong key, or another's reservation stands against it: RESERVATION
  /// CONFLICT in SCSI, Reservation Conflict in NVMe.
  CONFLICT,
  /// A field cannot mean anything: a zero key to register, a zero key to preempt where the
  /// reservation is not all registrants', a release of another type. SCSI: CHECK CONDITION with
  /// INVALID FIELD IN PARAMETER LIST, for release INVALID RELEASE OF PERSISTENT RESERVATION. NVMe:
  /// Invalid Field in Command.
  INVALID,
  /// [ReservationTable#REGISTRANTS_MAX] hosts are registered: INSUFFICIENT REGISTRATION RESOURCES.
  FULL
}
