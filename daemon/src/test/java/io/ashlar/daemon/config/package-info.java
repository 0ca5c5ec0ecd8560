/// Tests of the daemon.
@NullMarked
package io.ashlar.daemon.config;

import org.jspecify.annotations.NullMarked;
