/// The deterministic ends of the engine's ports: a clock, a disk and a volume in memory that a seed
/// replays and that fail when told to. Tests are built on these; production never is.
@NullMarked
package io.ashlar.simulation;

import org.jspecify.annotations.NullMarked;
