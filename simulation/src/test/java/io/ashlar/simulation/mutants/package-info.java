/// Proves the tests: plants the faults that `tools/mutants` lists, one at a time, and sees that the
/// tests notice each.
@NullMarked
package io.ashlar.simulation.mutants;

import org.jspecify.annotations.NullMarked;
