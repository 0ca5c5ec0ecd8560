/// Measures the storage network over loopback.
@NullMarked
package io.ashlar.benchmarks.network;

import org.jspecify.annotations.NullMarked;
