/// Tests of the daemon.
@NullMarked
package io.ashlar.daemon.admin;

import org.jspecify.annotations.NullMarked;
