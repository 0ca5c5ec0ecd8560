/// One node, composed of the real parts: the shard's loop with its disk and store, the metadata,
/// the targets, the management API. Everything that is built is built here, and nowhere else.
@NullMarked
package io.ashlar.daemon.node;

import org.jspecify.annotations.NullMarked;
