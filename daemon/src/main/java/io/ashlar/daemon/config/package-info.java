/// Configuration: where it comes from, what it may say, and the records that the daemon is built
/// from.
///
/// [ConfigKey] is the one list of options; `docs/configuration.md` is printed from it (a test holds
/// them together). Sources, later over earlier: defaults, the file, its `conf.d/*.yaml` in the
/// order of their names, the environment, `--set` on the command line. All errors are reported at
/// once.
@NullMarked
package io.ashlar.daemon.config;

import org.jspecify.annotations.NullMarked;
