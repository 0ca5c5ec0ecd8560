/// What goes over a connection of the storage network: frames, the greeting that comes first, and a
/// decoder that believes nothing. No sockets.
///
/// A connection carries `HELLO · (MESSAGE | KEEP_ALIVE)*` in each direction, and a `BYE` before an
/// end that gives a reason. All integers are little-endian.
///
/// ## History
///
/// - **1** the first.
@NullMarked
package io.ashlar.replication.network.frame;

import org.jspecify.annotations.NullMarked;
