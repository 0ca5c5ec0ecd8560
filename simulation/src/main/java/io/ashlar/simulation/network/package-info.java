/// A network in memory that a seed replays, behind the port `Transport`.
@NullMarked
package io.ashlar.simulation.network;

import org.jspecify.annotations.NullMarked;
