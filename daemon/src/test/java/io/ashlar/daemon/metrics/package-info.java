/// Tests of the metrics.
@NullMarked
package io.ashlar.daemon.metrics;

import org.jspecify.annotations.NullMarked;
