/// Volumes as the management API knows them: what may be asked for, what is recorded before and
/// after each step, and the seams to the engine, the record's store and the targets.
///
/// A change is recorded before it is made where it creates, and after it is made where it removes,
/// so that a crash between the two is finished at the next start.
@NullMarked
package io.ashlar.daemon.volume;

import org.jspecify.annotations.NullMarked;
