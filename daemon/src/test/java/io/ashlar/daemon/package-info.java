/// Tests of the daemon.
@NullMarked
package io.ashlar.daemon;

import org.jspecify.annotations.NullMarked;
