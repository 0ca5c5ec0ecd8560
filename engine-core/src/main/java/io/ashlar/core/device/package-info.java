/// The disk seam: one port that io_uring, plain files, memory and the simulation implement.
@NullMarked
package io.ashlar.core.device;

import org.jspecify.annotations.NullMarked;
