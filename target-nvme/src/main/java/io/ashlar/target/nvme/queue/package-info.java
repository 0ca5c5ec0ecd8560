/// Connections, queue pairs and the commands on their way: from a decoded PDU to a volume and back.
/// A connection and all it owns belong to one event loop's thread, after Connect to the shard's.
@NullMarked
package io.ashlar.target.nvme.queue;

import org.jspecify.annotations.NullMarked;
