package io.ashlar.core.reservation;

/// What a registrant is told when another host changed its standing: an asynchronous event and log
/// page entry in NVMe, a unit attention in SCSI.
public enum ReservationNotice {
  /// Its registration was preempted. NVMe: Registration Preempted. SCSI: REGISTRATIONS PREEMPTED.
  REGISTRATION_PREEMPTED,
  /// The reservation that gave it access was released or changed its type. NVMe: Reservation
  /// Released. SCSI: RESERVATIONS RELEASED.
  RESERVATION_RELEASED,
  /// All registrations were cleared. NVMe: Reservation Preempted. SCSI: RESERVATIONS PREEMPTED.
  RESERVATION_PREEMPTED
}
