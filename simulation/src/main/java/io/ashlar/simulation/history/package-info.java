/// Whether what clients saw of a block can be explained by a single register.
@NullMarked
package io.ashlar.simulation.history;

import org.jspecify.annotations.NullMarked;
