/// Tests of the daemon.
@NullMarked
package io.ashlar.daemon.secret;

import org.jspecify.annotations.NullMarked;
