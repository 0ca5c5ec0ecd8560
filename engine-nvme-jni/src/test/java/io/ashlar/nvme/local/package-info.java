/// Tests of [io.ashlar.nvme.local].
@NullMarked
package io.ashlar.nvme.local;

import org.jspecify.annotations.NullMarked;
