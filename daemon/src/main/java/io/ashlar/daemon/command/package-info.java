/// The commands that work on this machine rather than through the management API.
@NullMarked
package io.ashlar.daemon.command;

import org.jspecify.annotations.NullMarked;
