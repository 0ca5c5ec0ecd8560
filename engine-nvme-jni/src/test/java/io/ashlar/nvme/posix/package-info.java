/// Tests of [io.ashlar.nvme.posix].
@NullMarked
package io.ashlar.nvme.posix;

import org.jspecify.annotations.NullMarked;
