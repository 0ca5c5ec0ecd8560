/// Tests of what makes several daemons a cluster.
@NullMarked
package io.ashlar.daemon.cluster;

import org.jspecify.annotations.NullMarked;
