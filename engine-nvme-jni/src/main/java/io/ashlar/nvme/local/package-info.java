/// What all disks of this machine share, whichever way they are driven: the wider port
/// [io.ashlar.nvme.local.LocalBlockDevice], options, health, and how the system's error numbers
/// become statuses.
@NullMarked
package io.ashlar.nvme.local;

import org.jspecify.annotations.NullMarked;
