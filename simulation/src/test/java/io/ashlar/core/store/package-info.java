/// Tests of the store on simulated disks; they live here because the simulation is above the
/// engine.
@NullMarked
package io.ashlar.core.store;

import org.jspecify.annotations.NullMarked;
