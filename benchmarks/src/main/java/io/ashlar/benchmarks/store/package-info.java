/// Measures the store alone, without protocols: what cleaning costs, and how long recovery takes.
@NullMarked
package io.ashlar.benchmarks.store;

import org.jspecify.annotations.NullMarked;
