/// Tests of the daemon.
@NullMarked
package io.ashlar.daemon.volume;

import org.jspecify.annotations.NullMarked;
