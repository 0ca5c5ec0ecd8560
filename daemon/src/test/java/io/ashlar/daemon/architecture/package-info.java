/// Tests of the code's shape: what imports what, what the engine may not touch, how large things
/// get.
@NullMarked
package io.ashlar.daemon.architecture;

import org.jspecify.annotations.NullMarked;
