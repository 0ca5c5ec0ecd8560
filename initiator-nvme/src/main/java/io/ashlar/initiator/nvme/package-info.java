/// An NVMe/TCP host in Java: for tests, for `ashlar bench`, and for whatever else has to reach a
/// volume without a kernel's help. [io.ashlar.initiator.nvme.NvmeInitiator] connects to a
/// subsystem; [io.ashlar.initiator.nvme.NvmeNamespace] runs single commands and waits for them;
/// [io.ashlar.initiator.nvme.queue.HostQueuePair] is the asynchronous form underneath.
@NullMarked
package io.ashlar.initiator.nvme;

import org.jspecify.annotations.NullMarked;
