/// The daemon as people run it: a process of its own, with its data in a directory and its doors on
/// free ports.
@NullMarked
package io.ashlar.interop.daemon;

import org.jspecify.annotations.NullMarked;
