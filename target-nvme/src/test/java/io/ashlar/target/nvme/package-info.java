/// Tests of the whole target over loopback.
@NullMarked
package io.ashlar.target.nvme;

import org.jspecify.annotations.NullMarked;
