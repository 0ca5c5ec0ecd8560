/// The `ashlar` command: `ashlar <noun> <verb>`, one class per noun. Everything it does goes
/// through the management API; the daemon adds the commands that work on this machine's files
/// (`up`, `config`).
///
/// Exit codes are stable: see [io.ashlar.cli.ExitCode].
@NullMarked
package io.ashlar.cli;

import org.jspecify.annotations.NullMarked;
