/// Queues without a socket: what a fuzzer drives.
@NullMarked
package io.ashlar.target.nvme.queue;

import org.jspecify.annotations.NullMarked;
