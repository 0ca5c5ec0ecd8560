/// Breaches of the rules, for the rules to catch.
@NullMarked
package io.ashlar.daemon.architecture.planted;

import org.jspecify.annotations.NullMarked;
