/// The service manager's side of the process: readiness and status over its notification socket.
@NullMarked
package io.ashlar.daemon.systemd;

import org.jspecify.annotations.NullMarked;
