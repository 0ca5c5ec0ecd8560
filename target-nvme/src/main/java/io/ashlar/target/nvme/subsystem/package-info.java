/// What is exported, to whom, and within which limits. Immutable: the control thread publishes a
/// new [io.ashlar.target.nvme.subsystem.SubsystemDirectory] when anything changes.
@NullMarked
package io.ashlar.target.nvme.subsystem;

import org.jspecify.annotations.NullMarked;
