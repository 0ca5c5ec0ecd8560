/// JMH: what single steps cost, and that they allocate nothing. `benchmarks/run jmh`.
@NullMarked
package io.ashlar.benchmarks.micro;

import org.jspecify.annotations.NullMarked;
