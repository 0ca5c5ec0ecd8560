/// Whole clusters in one thread, under faults: real engine, replication and rules of the metadata.
@NullMarked
package io.ashlar.replication.cluster;

import org.jspecify.annotations.NullMarked;
