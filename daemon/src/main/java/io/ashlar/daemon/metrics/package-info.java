/// What the node counts and how Prometheus reads it. Shards write plain counters; a scrape reads
/// them without stopping anybody.
@NullMarked
package io.ashlar.daemon.metrics;

import org.jspecify.annotations.NullMarked;
