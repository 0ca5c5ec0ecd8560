/// Tests of the shard's loop.
@NullMarked
package io.ashlar.daemon.loop;

import org.jspecify.annotations.NullMarked;
