/// Who watches the other nodes of a cluster, and ends the lives of those that are gone. Time and
/// what is reachable come in from outside, so that a run can be repeated.
@NullMarked
package io.ashlar.replication.failover;

import org.jspecify.annotations.NullMarked;
