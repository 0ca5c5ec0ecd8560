/// Tests of [io.ashlar.nvme].
@NullMarked
package io.ashlar.nvme;

import org.jspecify.annotations.NullMarked;
