/// Tests of the storage network: over loopback, all nodes of a test on one event loop that the test
/// drives.
@NullMarked
package io.ashlar.replication.network;

import org.jspecify.annotations.NullMarked;
