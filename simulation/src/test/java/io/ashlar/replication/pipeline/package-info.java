/// Volumes with replicas on stores, disks and a network that are simulated.
@NullMarked
package io.ashlar.replication.pipeline;

import org.jspecify.annotations.NullMarked;
