/// Tests of [io.ashlar.nvme.memory].
@NullMarked
package io.ashlar.nvme.memory;

import org.jspecify.annotations.NullMarked;
