/// The NVMe/TCP target, composed. Callers bring event loops, volumes and options; see
/// [io.ashlar.target.nvme.NvmeTcpTarget].
@NullMarked
package io.ashlar.target.nvme;

import org.jspecify.annotations.NullMarked;
