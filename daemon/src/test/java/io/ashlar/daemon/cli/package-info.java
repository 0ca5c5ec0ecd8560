/// Tests of the `ashlar` command against the real HTTP server. They live here because the server is
/// this module's.
@NullMarked
package io.ashlar.daemon.cli;

import org.jspecify.annotations.NullMarked;
