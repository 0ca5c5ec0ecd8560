/// Tests of who is taken for gone.
@NullMarked
package io.ashlar.replication.failover;

import org.jspecify.annotations.NullMarked;
