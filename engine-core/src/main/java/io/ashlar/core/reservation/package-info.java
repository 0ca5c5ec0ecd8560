/// Persistent reservations: which hosts may read and write a volume, by the rules that NVMe and
/// SCSI share. One [ReservationTable] per volume serves both protocols, so that an iSCSI host and
/// an NVMe/TCP host exclude each other too.
///
/// Sources: NVMe Base Specification 2.0 section 8.19 (Reservations) and SPC-4 section 5.13
/// (Reservations). The targets translate commands and status; all decisions are made here.
@NullMarked
package io.ashlar.core.reservation;

import org.jspecify.annotations.NullMarked;
