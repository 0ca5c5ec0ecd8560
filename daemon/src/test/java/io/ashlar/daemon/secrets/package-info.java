/// Tests that no secret leaves the daemon.
@NullMarked
package io.ashlar.daemon.secrets;

import org.jspecify.annotations.NullMarked;
