/// `ashlar demo …`: sets something up on this machine alone, shows it, and takes it down again.
@NullMarked
package io.ashlar.daemon.demo;

import org.jspecify.annotations.NullMarked;
