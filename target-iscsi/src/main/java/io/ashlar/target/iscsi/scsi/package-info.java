/// # The SCSI device server (SPC-4, SBC-3, parts of SBC-4)
///
/// A [LogicalUnit] is one volume as a disk. A transport fills a [ScsiTask], lets the unit
/// [LogicalUnit#admit] it, collects the data that the task asks for, and has the unit
/// [LogicalUnit#execute] it. [CommandTable] names every command that is supported, which bits of
/// its CDB may be set, what it moves and what reservations do to it; the rest of the package is one
/// class per group of commands and one per layout. Nothing here knows iSCSI. All integers on the
/// wire are big-endian.
@NullMarked
package io.ashlar.target.iscsi.scsi;

import org.jspecify.annotations.NullMarked;
