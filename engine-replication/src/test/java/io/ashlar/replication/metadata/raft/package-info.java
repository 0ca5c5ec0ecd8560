/// Tests of the metadata by Raft, over loopback.
@NullMarked
package io.ashlar.replication.metadata.raft;

import org.jspecify.annotations.NullMarked;
