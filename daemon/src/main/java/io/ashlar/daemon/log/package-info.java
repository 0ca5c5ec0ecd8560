/// How the daemon logs.
@NullMarked
package io.ashlar.daemon.log;

import org.jspecify.annotations.NullMarked;
