/// A device in memory: what a shard costs when the disk costs nothing.
@NullMarked
package io.ashlar.nvme.memory;

import org.jspecify.annotations.NullMarked;
