/// Tests of exports and of the limits that a target keeps.
@NullMarked
package io.ashlar.target.nvme.subsystem;

import org.jspecify.annotations.NullMarked;
