/// The shard's thread: one Netty event loop that polls sockets, the disk's ring and the shard's
/// agents in turn, spins for a moment after work, and sleeps when there is none.
@NullMarked
package io.ashlar.daemon.loop;

import org.jspecify.annotations.NullMarked;
