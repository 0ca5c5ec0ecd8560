/// Opens the disks of this machine. Start at [io.ashlar.nvme.BlockDevices].
@NullMarked
package io.ashlar.nvme;

import org.jspecify.annotations.NullMarked;
