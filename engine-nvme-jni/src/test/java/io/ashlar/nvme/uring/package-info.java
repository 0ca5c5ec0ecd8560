/// Tests of [io.ashlar.nvme.uring].
@NullMarked
package io.ashlar.nvme.uring;

import org.jspecify.annotations.NullMarked;
