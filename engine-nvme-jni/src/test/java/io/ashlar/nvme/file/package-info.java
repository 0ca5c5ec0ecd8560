/// Tests of [io.ashlar.nvme.file].
@NullMarked
package io.ashlar.nvme.file;

import org.jspecify.annotations.NullMarked;
