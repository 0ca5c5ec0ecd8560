/// Promises between nodes that bound how long an old primary may answer reads.
@NullMarked
package io.ashlar.replication.lease;

import org.jspecify.annotations.NullMarked;
